// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.cloister.driver.codec.DecodeEvent;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.DecodeSettings;
import org.cloister.driver.codec.Frame;
import org.cloister.driver.codec.Protection;
import org.cloister.driver.codec.internal.CodecDriverComponent;
import org.cloister.driver.display.DisplayPlane;
import org.cloister.driver.display.DisplayPlane.Kind;
import org.cloister.driver.display.Layer;
import org.cloister.driver.display.internal.DisplayDriverComponent;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoDecoder;

/**
 * Plays protected video with the real drivers of codec and display, and puts a trusted user interface over it; flushes,
 * seeks, stops and starts drivers. Checks that the panel shows what was decoded, in order, and that every fence that it
 * was given is signalled in the end.
 */
final class Viewer {
    private static final String VIDEO = World.VIDEO;
    private static final String UI = World.UI;
    private static final String NAME = "viewer";
    private static final int LONGEST_PAUSE_MILLIS = 300;
    private static final int MOST_UNITS = 4;
    private static final int HELD = 2;
    private static final int SIDE = 64;

    private final World world;
    private final VideoDecoder decoder;
    private final SimulatedDisplay panel;
    private final Mappings mappings;
    private final SplittableRandom random;
    private final Heaps heaps;
    private final Content content;
    private final DriverUser user;
    private final Deque<Frame> frames = new ArrayDeque<>(); // those that are held
    private final Map<DisplayPlane, Long> flips = new HashMap<>();
    private final Map<DisplayPlane, Long> shown = new HashMap<>();
    private CodecDriverComponent codec;
    private DisplayDriverComponent display;
    private Optional<DecodeSession> session = Optional.empty();
    private boolean failed;

    Viewer(World world, VideoDecoder decoder, SimulatedDisplay panel, Mappings mappings, SplittableRandom random) {
        this.world = world;
        this.decoder = decoder;
        this.panel = panel;
        this.mappings = mappings;
        this.random = random;
        this.heaps = world.core().heaps(NAME);
        this.user = new DriverUser(NAME, world, random);
        this.content = new Content(world, world.core().importers(NAME), random);
    }

    private void startCodec() {
        codec = new CodecDriverComponent(decoder, Optional.empty(), world.core().heaps("codec"), world.driversImporters("codec", mappings),
                VIDEO, world.scheduler().patience());
    }

    private void startDisplay() {
        display = new DisplayDriverComponent(panel, world.core().heaps("display"), world.driversImporters("display", mappings), VIDEO,
                world.scheduler().patience(), List.of());
    }

    /** Plays until the run is over, then closes all, and waits for what was promised. */
    void run() {
        startCodec();
        startDisplay();
        user.act(this::act, LONGEST_PAUSE_MILLIS);
        closeSession();
        codec.closeAll();
        display.close();
        user.conclude();
    }

    private void act() {
        if (session.isEmpty()) {
            open();
        }
        switch (random.nextInt(16)) {
            case 0 -> recover();
            case 1 -> session.get().drain();
            case 2 -> closeSession();
            case 3 -> restart();
            case 4, 5, 6 -> overlay();
            case 7, 8, 9 -> giveBack();
            default -> feed();
        }
    }

    private void open() {
        failed = false;
        var stream = new StreamFormat(VideoCodec.H264, new byte[0], PixelFormat.NV12);
        var events = new ArrayDeque<DecodeSession>();
        session = Optional.of(codec.open(new DecodeSettings(stream, Protection.PROTECTED, Optional.empty(), HELD),
                event -> heard(events, event)));
        events.add(session.get());
    }

    private void closeSession() {
        session.ifPresent(DecodeSession::close);
        session = Optional.empty();
        frames.clear();
    }

    /** After a failure, or for a seek. */
    private void recover() {
        if (failed || random.nextInt(4) == 0) {
            failed = false;
            session.get().flush();
        }
    }

    private void restart() {
        if (random.nextInt(3) > 0) {
            return;
        }
        if (random.nextBoolean()) {
            world.trace().note("restart codec");
            closeSession();
            codec.closeAll();
            world.hooks().stop("codec", world.core());
            startCodec();
        } else {
            world.trace().note("restart display");
            display.close();
            world.hooks().stop("display", world.core());
            startDisplay();
        }
    }

    private void giveBack() {
        if (!frames.isEmpty()) {
            frames.removeFirst().close();
        }
    }

    /** On the session's thread. */
    private void heard(Deque<DecodeSession> from, DecodeEvent event) {
        switch (event) {
            case DecodeEvent.PictureReady ready -> present(ready.frame());
            case DecodeEvent.Failed failure -> {
                world.trace().note("decoding fails " + failure.reason().error());
                failed |= session.filter(now -> now == from.peek()).isPresent();
            }
            default -> world.trace().note(event.getClass().getSimpleName());
        }
    }

    private void present(Frame frame) {
        try {
            Layer layer = new Layer(frame.buffer(), frame.format(), new Scene.Area(0, 0, SIDE, SIDE));
            flip(Kind.PRIMARY, layer, SimulatedDecoder.picture(frame.timestamp()));
        } catch (HeapException e) {
            world.trace().note("picture refused " + e.error());
        }
        frames.add(frame);
        if (frames.size() > HELD || random.nextBoolean()) {
            frames.removeFirst().close();
        }
    }

    private void flip(Kind kind, Layer layer, long stamp) {
        DisplayPlane plane = display.outputs().getFirst().plane(kind);
        Fence done = plane.flip(List.of(layer), List.of());
        long number = flips.merge(plane, 1L, Long::sum);
        user.promised(done);
        done.onSignal(() -> {
            if (done.failure().isPresent()) {
                return;
            }
            if (!panel.hasShown(stamp)) {
                world.found(new Violation(5, "%s is over, and the panel has not shown 0x%x".formatted(done, stamp)));
            }
            if (shown.getOrDefault(plane, 0L) > number) {
                world.found(new Violation(5, "%s is over after a later one".formatted(done)));
            }
            shown.put(plane, number);
        });
    }

    /** A buffer is written by a device that takes its time, and handed on before it is done. */
    private void feed() {
        if (failed || user.open() >= MOST_UNITS) {
            return;
        }
        long stamp = random.nextLong() | 1;
        long size = (1 + random.nextInt(5)) * Block.PAGE;
        filled(VIDEO, size, stamp, buffer -> user.promised(session.get().decode(buffer, size, stamp)));
    }

    private void overlay() {
        long stamp = random.nextLong() | 1;
        var format = new PictureFormat(PixelFormat.XRGB8888, SIDE, SIDE,
                new ColourCoding(ColourCoding.Matrix.BT709, true));
        filled(UI, format.size(), stamp, buffer -> flip(Kind.TRUSTED_UI,
                new Layer(buffer, format, new Scene.Area(0, 0, SIDE, SIDE)), stamp));
    }

    private void filled(String name, long size, long stamp, Content.User user) {
        heaps.find(name).ifPresent(heap -> content.filled(heap, size, stamp, user));
    }
}
