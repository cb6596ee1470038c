// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.Optional;
import java.util.function.Supplier;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * FFmpeg's libraries, loaded for who needs them first: unpacking them is a good part of a board's start, which most of its
 * users do without. Safe for use by any thread.
 */
final class LateFfmpeg implements Supplier<FfmpegLibraries> {
    private final Supplier<FfmpegLibraries> service;
    private Optional<FfmpegLibraries> loaded = Optional.empty(); // guarded by this

    /**
     * Loads nothing yet.
     *
     * @param service gives the service, loaded; null when it does not start
     */
    LateFfmpeg(Supplier<FfmpegLibraries> service) {
        this.service = service;
    }

    /**
     * Loads them, or finds them loaded.
     *
     * @throws HeapException {@code UNAVAILABLE} when they cannot be loaded; a later call tries again
     */
    @Override
    public synchronized FfmpegLibraries get() {
        if (loaded.isEmpty()) {
            loaded = Optional.ofNullable(service.get());
        }
        return loaded.orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, "load", "FFmpeg",
                "its libraries cannot be loaded, as the log says",
                "give the framework's storage 60 MiB of room, and use a machine that the libraries are made for"));
    }
}
