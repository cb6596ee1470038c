// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A place in a {@link VideoDecoder} for its firmware. Sessions are opened on one, and do nothing while nothing is loaded.
 *
 * <p>The image is no secret, but what it does is to be trusted. So the driver puts it into normal memory, and the
 * device's boot code fetches it, checks that it is the one that the device was made for, copies it to where it will run,
 * and checks the copy. In protected mode it runs from restricted memory and from no other. Falcon processors of NVIDIA
 * boot in this way from their write-protected region; the CPU needs no right to the memory, and no TEE is needed.
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>event</th><th>next</th></tr>
 *   <tr><td>empty, loaded</td><td>{@link #load} succeeds</td><td>loaded: sessions go on</td></tr>
 *   <tr><td>empty, loaded</td><td>{@link #load} is refused</td><td>empty: sessions wait</td></tr>
 *   <tr><td>empty, loaded</td><td>{@link #unload}</td><td>empty: sessions wait</td></tr>
 *   <tr><td>any</td><td>{@link #close}</td><td>closed: sessions wait until they are closed</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface DecoderFirmware extends AutoCloseable {
    /** Whether sessions on it are in protected mode. */
    boolean isProtected();

    /**
     * Boots. When this returns the image is not read any more, and {@code place} belongs to the device.
     *
     * @param image where the image is, in order
     * @param place where it is to run, in order; at least as long as the image
     * @throws org.cloister.heap.HeapException {@code NOT_PERMITTED} in protected mode for a place that is not restricted
     *     memory, {@code INVALID_ARGUMENT} for an image that is not the device's, is damaged, or does not fit, and for
     *     memory that the address generator cannot follow; {@code FAULT} when the bus blocked it; {@code CLOSED}
     */
    void load(List<MemoryRange> image, List<MemoryRange> place);

    /** Stops. When this returns the device touches the place no more. Nothing when nothing is loaded. */
    void unload();

    /** Stops for good. Idempotent. */
    @Override
    void close();
}
