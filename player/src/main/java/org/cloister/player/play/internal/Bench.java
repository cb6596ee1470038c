// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.emulator.devices.Panel;
import org.cloister.emulator.soc.Soc;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.tee.Tee;

/**
 * A board that is on, with the drivers that playback needs, and what a test bench sees of it.
 *
 * @param soc the board
 * @param panel the panel at the end of {@code output}
 * @param codec the codec driver
 * @param output a protected output of the display driver
 * @param heaps the heaps
 * @param backends decides who serves them
 * @param importers attaches buffers
 * @param ffmpeg says that FFmpeg is loaded
 * @param gpu a GPU that composes pictures, if the board has one
 * @param tees the trusted operating systems that are there when it is asked
 */
public record Bench(Soc soc, Panel panel, CodecDriver codec, DisplayOutput output, Heaps heaps,
        BackendChoice backends, Importers importers, FfmpegLibraries ffmpeg, Optional<GpuStage> gpu,
        Supplier<List<Tee>> tees) {}
