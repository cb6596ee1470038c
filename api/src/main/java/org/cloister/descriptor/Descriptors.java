// SPDX-License-Identifier: Apache-2.0
package org.cloister.descriptor;

import java.nio.file.Path;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Descriptors of buffers in memory of a real kernel. A bundle-scoped service: what is opened through it belongs to the
 * bundle that obtained it, and is closed when that bundle stops. Safe for use by any thread.
 */
@ConsumerType
public interface Descriptors {
    /**
     * A descriptor of the buffer that lives as long as it likes: the memory does not go back to the kernel before it and
     * all its copies are closed, whatever happens to the buffer.
     *
     * @param buffer any open reference
     * @return the descriptor, to be closed by the caller; not inherited by programs that this process starts
     * @throws org.cloister.heap.HeapException {@code NOT_SUPPORTED} when the memory is not a kernel's; {@code CLOSED},
     *     {@code REVOKED}, {@code TOO_MANY_FILES}; {@code UNAVAILABLE} while core is not there
     */
    Descriptor duplicate(DmaBuf buffer);

    /**
     * What has to be waited for before the buffer is used, as a sync file: to read, work of writers; to write, work of
     * readers too. These are the fences of the kernel's own drivers; those of {@link DmaBuf#reservation()} are not
     * known to the kernel.
     *
     * @param buffer any open reference
     * @param access what is to be done, not {@link Access#NONE}
     * @return the sync file, to be closed by the caller; see {@link Descriptor#await}
     * @throws org.cloister.heap.HeapException as with {@link #duplicate}; {@code NOT_SUPPORTED} also where the kernel
     *     was built without sync files
     */
    Descriptor exportFences(DmaBuf buffer, Access access);

    /**
     * Lets drivers of the kernel wait for a sync file before they use the buffer.
     *
     * @param buffer any open reference
     * @param syncFile stays the caller's
     * @param access what the work behind the sync file does with the buffer, not {@link Access#NONE}
     * @throws org.cloister.heap.HeapException as with {@link #exportFences}; {@code INVALID_ARGUMENT} when it is no
     *     sync file
     */
    void importFence(DmaBuf buffer, Descriptor syncFile, Access access);

    /**
     * Connects with another process.
     *
     * @param path of the Unix socket on which it listens
     * @return the connection, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code UNAVAILABLE} when nobody listens; {@code NOT_PERMITTED},
     *     {@code INVALID_ARGUMENT} (a path that is too long), {@code TOO_MANY_FILES}
     */
    DescriptorSocket connect(Path path);

    /**
     * Listens for other processes.
     *
     * @param path of the Unix socket, which is made, and removed in the end
     * @return what accepts connections, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code ALREADY_EXISTS} when the path is taken; {@code NOT_PERMITTED},
     *     {@code INVALID_ARGUMENT}, {@code TOO_MANY_FILES}
     */
    DescriptorListener listen(Path path);
}
