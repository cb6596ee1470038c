// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.ui.internal;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.cloister.driver.display.DisplayPlane;
import org.cloister.driver.display.Layer;
import org.cloister.emulator.devices.FetchedPicture;
import org.cloister.emulator.devices.Panel;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapUsage;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.probe.internal.ProbeTally;
import org.cloister.player.probe.internal.Prober;
import org.cloister.player.probe.internal.ProtectionReport;
import org.cloister.player.probe.internal.Stage;

/**
 * Shows dialogues of the secure world on a bench, attacks them all the way, and has the secure world say whether what
 * reached the panel is what it drew. In the end somebody gets at the way to the panel, which has to be black then. For
 * one thread.
 */
public final class TrustedUi {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration HEAP_PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_OF_THE_PANEL = 3; // quarters

    private final Bench bench;
    private final UiRequest request;
    private final DisplayPlane plane;
    private final PictureFormat format;
    private final Area area;
    private final AtomicReference<Optional<byte[]>> seen = new AtomicReference<>(Optional.empty());

    /**
     * Prepares to show.
     *
     * @param bench where
     * @param request what
     */
    public TrustedUi(Bench bench, UiRequest request) {
        this.bench = bench;
        this.request = request;
        plane = bench.output().plane(DisplayPlane.Kind.TRUSTED_UI);
        int width = bench.output().width() * MOST_OF_THE_PANEL / 4;
        int height = bench.output().height() * MOST_OF_THE_PANEL / 4;
        format = new PictureFormat(PixelFormat.XRGB8888, width, height, ColourCoding.BT601_LIMITED);
        area = new Area((bench.output().width() - width) / 2, (bench.output().height() - height) / 2, width, height);
    }

    /**
     * Shows all dialogues.
     *
     * @throws HeapException when heap, trusted OS or display refuse
     * @throws IOException when the picture cannot be written
     */
    public UiReport run() throws IOException {
        Heap heap = bench.heaps().await(request.heap(), HEAP_PATIENCE);
        HeapUsage before = heap.usage();
        try (Prober prober = new Prober(
                bench.soc(), heap, Set.of(plane.importer().initiator()), bench.importers())) {
            return run(heap, before, prober);
        }
    }

    private UiReport run(Heap heap, HeapUsage before, Prober prober) throws IOException {
        int exact = 0;
        boolean black = false;
        String by;
        try (DialogueClient client = client(heap)) {
            by = client.by();
            for (int i = 0; i < request.messages().size(); i++) {
                boolean last = i == request.messages().size() - 1;
                try (DmaBuf buffer = heap.allocate(AllocationRequest.of(format.size()).named("dialogue"))) {
                    exact += ask(client, prober, request.messages().get(i), buffer) ? 1 : 0;
                    if (last) {
                        photograph();
                        black = tapped(prober, buffer);
                    }
                    await(plane.flip(List.of(), List.of()));
                    prober.probe(Stage.SHOWN, buffer);
                    prober.forget(buffer.id());
                }
            }
        }
        prober.probeFreed();
        long stillLent = prober.awaitReclaim(PATIENCE);
        ProbeTally tally = prober.tally();
        return new UiReport(request.messages().size(), exact, by, format.width(), format.height(), black,
                ProtectionReport.of(bench.soc().board(), heap, before, stillLent, tally), request.picture());
    }

    private DialogueClient client(Heap heap) {
        try (DmaBuf trial = heap.allocate(AllocationRequest.of(1).named("trial"))) {
            return DialogueClient.open(bench.tees().get(), trial);
        }
    }

    private boolean ask(DialogueClient client, Prober prober, String message, DmaBuf buffer) {
        prober.learn(buffer, plane.importer(), Access.READ);
        prober.probe(Stage.ALLOCATED, buffer);
        prober.around(Stage.ALLOCATED, buffer.id());
        CompletableFuture<Void> attack = CompletableFuture.runAsync(
                () -> prober.onTheBus(Stage.DRAWING, buffer.id()), command -> Thread.ofVirtual().start(command));
        try {
            client.draw(message, format.width(), format.height(), buffer);
        } finally {
            attack.join();
        }
        prober.probe(Stage.DRAWN, buffer);
        Layer layer = new Layer(buffer, format, area);
        prober.attempt(Stage.DRAWN, "show it on the primary plane", HeapError.NOT_PERMITTED,
                () -> bench.output().flip(List.of(layer)));
        seen.set(Optional.empty());
        try (Panel.Clip _ = bench.panel().analyse(picture -> fetched(prober, buffer.id(), picture))) {
            await(plane.flip(List.of(layer), List.of()));
        }
        prober.probe(Stage.SHOWN, buffer);
        return seen.get().map(client::verify).orElse(false);
    }

    private void fetched(Prober prober, long buffer, FetchedPicture picture) {
        if (picture.overlay()) {
            seen.set(Optional.of(sha256(picture.content().toArray(ValueLayout.JAVA_BYTE))));
            prober.onTheBus(Stage.SCAN_OUT, buffer);
        }
    }

    /** Somebody gets at the way to the panel: shows the dialogue again, and tells whether the panel stays black. */
    private boolean tapped(Prober prober, DmaBuf buffer) {
        try (Panel.Clip _ = bench.panel().tap()) {
            boolean black = isBlack();
            Fence shown = plane.flip(List.of(new Layer(buffer, format, area)), List.of());
            prober.attempt(Stage.SHOWN, "show it on a pipe that is tapped", HeapError.NOT_PERMITTED, () -> await(shown));
            prober.onTheBus(Stage.SHOWN, buffer.id());
            return black && isBlack();
        }
    }

    private boolean isBlack() {
        BufferedImage photograph = bench.panel().photograph();
        int[] pixels = photograph.getRGB(
                0, 0, photograph.getWidth(), photograph.getHeight(), null, 0, photograph.getWidth());
        return Arrays.stream(pixels).allMatch(pixel -> (pixel & 0xffffff) == 0);
    }

    private void photograph() throws IOException {
        try (OutputStream out = Files.newOutputStream(request.picture());
                ImageOutputStream image = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(bench.panel().photograph(), "png", image);
        }
    }

    private void await(Fence shown) {
        if (shown.await(PATIENCE.toNanos()) == 0) {
            throw new HeapException(HeapError.TIMED_OUT, "show a dialogue", bench.output().name(),
                    "it was not shown within %d s".formatted(PATIENCE.toSeconds()), "see whether the board is on");
        }
        shown.failure().ifPresent(reason -> {
            throw reason;
        });
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the runtime has no SHA-256", e);
        }
    }
}
