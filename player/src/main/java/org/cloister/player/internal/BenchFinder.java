// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.display.DisplayDriver;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.PanthorDriver;
import org.cloister.emulator.devices.GpuBench;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.soc.Soc;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.platform.dt.Node;
import org.cloister.platform.mali.MaliGpu;
import org.cloister.player.play.internal.BackendChoice;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.play.internal.GpuStage;
import org.cloister.tee.Tee;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** All that playback needs of a board, as a service that is there when all of it is. */
@Component(service = BenchFinder.class)
public final class BenchFinder {
    private static final Duration GPU_PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    private final Soc soc;
    private final List<Panel> panels;
    private final CodecDriver codec;
    private final DisplayDriver display;
    private final Heaps heaps;
    private final BackendChoice backends;
    private final Importers importers;
    private final FfmpegLibraries ffmpeg;

    /** Trusted operating systems come and go with their backends; playback looks when it begins to decrypt. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<Tee> tees = List.of();

    /** A GPU's firmware takes a moment to boot, and not all boards have one. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile PanthorDriver gpu; // null while there is none

    /** What a test bench sees of it. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile GpuBench leads; // null while there is none

    /** Takes what there is. */
    @Activate
    public BenchFinder(@Reference Soc soc,
            @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE) List<Panel> panels,
            @Reference CodecDriver codec, @Reference DisplayDriver display, @Reference Heaps heaps,
            @Reference BackendChoice backends, @Reference Importers importers, @Reference FfmpegLibraries ffmpeg) {
        this.soc = soc;
        this.panels = List.copyOf(panels);
        this.codec = codec;
        this.display = display;
        this.heaps = heaps;
        this.backends = backends;
        this.importers = importers;
        this.ffmpeg = ffmpeg;
    }

    /**
     * The bench that a finder finds.
     *
     * @param finder null while no board is on that has all that is needed
     * @param what for the error
     * @throws HeapException {@code UNAVAILABLE} while there is none; as {@link #find}
     */
    static Bench bench(BenchFinder finder, String what) {
        if (finder == null) {
            throw new HeapException(HeapError.UNAVAILABLE, what, "this machine",
                    "no board is on that has a decoder, a display and their drivers", "choose a board with --board");
        }
        return finder.find();
    }

    /**
     * The bench with the first protected output.
     *
     * @throws HeapException {@code NOT_SUPPORTED} when the board has none, or none with a panel
     */
    Bench find() {
        for (DisplayOutput output : display.outputs()) {
            for (Panel panel : panels) {
                if (output.isProtected() && panel.pipe().equals(output.name())) {
                    return new Bench(soc, panel, codec, output, heaps, backends, importers, ffmpeg, gpu(),
                            () -> tees);
                }
            }
        }
        throw new HeapException(HeapError.NOT_SUPPORTED, "play", "board " + soc.board(),
                "it has no display whose pipe is protected", "choose another board with --board");
    }

    /** The GPU, which is waited for when the board has one; it is for the player to say so if it is not ready then. */
    private Optional<GpuStage> gpu() {
        if (soc.deviceTree().compatibleWith(MaliGpu.COMPATIBLE).noneMatch(Node::isEnabled)) {
            return Optional.empty();
        }
        for (long left = GPU_PATIENCE.toNanos(); left > 0; left -= LOOK_EVERY.toNanos()) {
            PanthorDriver driver = gpu;
            GpuBench clips = leads;
            if (driver != null && clips != null && driver.readiness().mode() == GpuMode.NORMAL) {
                return Optional.of(new GpuStage(driver, clips));
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        PanthorDriver driver = gpu;
        GpuBench clips = leads;
        return driver == null || clips == null ? Optional.empty() : Optional.of(new GpuStage(driver, clips));
    }
}
