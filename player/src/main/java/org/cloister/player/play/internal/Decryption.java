// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import org.cloister.heap.DmaBuf;
import org.cloister.player.clip.internal.Sample;

/** A way from the samples of a clip to clear bitstream in restricted memory. For one thread. */
sealed interface Decryption extends AutoCloseable permits CpuDecryption, TeeDecryption {
    /** Who decrypts, for reports, such as {@code "the player"}. */
    String by();

    /**
     * Puts a sample in clear text into a buffer, from its start. Nothing that it held of the sample in normal memory
     * is in clear text afterwards.
     *
     * @param into restricted, and large enough
     * @throws org.cloister.player.clip.internal.ClipException when there is no key for the sample, or its protection is
     *     not one that can be undone
     * @throws org.cloister.heap.HeapException when memory or hardware refuse
     */
    void decrypt(Sample sample, DmaBuf into);

    /**
     * Finds out whether it can put anything into a buffer that nobody uses.
     *
     * @throws org.cloister.heap.HeapException when it cannot
     */
    void requireAccess(DmaBuf into);

    /** Forgets keys and gives back what it took. Idempotent. */
    @Override
    void close();
}
