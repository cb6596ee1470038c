// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import java.util.List;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.display.DisplayDriver;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.soc.Soc;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.player.play.internal.BackendChoice;
import org.cloister.player.play.internal.Bench;
import org.cloister.tee.Tee;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** All that playback needs of a board, as a service that is there when all of it is. */
@Component(service = BenchFinder.class)
public final class BenchFinder {
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
                    return new Bench(soc, panel, codec, output, heaps, backends, importers, ffmpeg, () -> tees);
                }
            }
        }
        throw new HeapException(HeapError.NOT_SUPPORTED, "play", "board " + soc.board(),
                "it has no display whose pipe is protected", "choose another board with --board");
    }
}
