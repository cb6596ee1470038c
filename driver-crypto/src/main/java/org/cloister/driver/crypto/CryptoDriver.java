// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto;

import java.util.concurrent.CompletionStage;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.UseCase;
import org.cloister.importer.Importer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A crypto accelerator, driven. Registered as a service with the property {@value #DEVICE}. Safe for use by any thread.
 *
 * <p>A job waits for the writers of the memory it reads and for all users of the memory it writes, and its own fence is
 * on all of it. Failures of jobs: {@code FAULT} when the bus blocked an access, {@code CANCELLED} when a writer that it
 * waited for failed, {@code TIMED_OUT} when memory management (moving, clearing) does not come to an end,
 * {@code INVALID_ARGUMENT}, {@code REVOKED}, {@code CLOSED} when the device is gone.
 */
@ProviderType
public interface CryptoDriver {
    /** Service property: the path of the device in the device tree. */
    String DEVICE = "device.name";
    /** What memory for keys is for: a use case of Cloister's own. */
    UseCase KEYS = new UseCase(300, "keys");
    /** Bytes of a digest. */
    int DIGEST_SIZE = 32;

    /** The engine as one who makes and uses keys and digests, for negotiation of a heap: restricted memory only. */
    Importer secretImporter();

    /** The engine as a reader of messages, for negotiation of a heap: any memory. */
    Importer messageImporter();

    /** Whether the heap is there that keys are kept in. */
    Readiness readiness();

    /**
     * Makes a key in restricted memory. The engine makes it; what comes back is its public part.
     *
     * @param bits of the modulus: 1024, 2048 or 3072
     * @return completes with the key, to be closed by the caller, or with {@code HeapException}, see above
     * @throws org.cloister.heap.HeapException {@code NO_SUCH_HEAP} and {@code UNAVAILABLE} without the heap for keys,
     *     {@code INVALID_ARGUMENT} for other sizes, {@code NOT_PERMITTED} when the heap is not restricted, {@code CLOSED}
     */
    CompletionStage<CryptoKey> makeRsaKey(int bits);

    /**
     * Has the engine compute the SHA-256 digest of a message into restricted memory.
     *
     * @param message any memory that the engine can read
     * @param length bytes of the message, from the beginning of the buffer on, greater than zero
     * @param digest restricted memory for keys, {@value #DIGEST_SIZE} bytes or more; the digest is at its beginning
     * @return signalled when the digest is there
     * @throws org.cloister.heap.HeapException and nothing is queued: {@code NOT_PERMITTED}, {@code UNREACHABLE},
     *     {@code OUT_OF_BOUNDS}, {@code REVOKED}, {@code CLOSED}
     */
    Fence hash(DmaBuf message, long length, DmaBuf digest);

    /**
     * Signs a digest (RSASSA-PKCS1-v1_5 with SHA-256, RFC 8017). The padding goes to the engine with the descriptor and
     * the digest is fetched from where it is: nobody copies them together, which a CPU could not.
     *
     * @param key of this driver
     * @param digest restricted memory for keys, with the digest at its beginning. A {@link #hash} that fails while the job
     *     waits for it makes this {@code CANCELLED}; one that had failed before is not waited for, and what is there is
     *     signed: its fence says so
     * @return completes with the signature, or with {@code HeapException}, see above
     * @throws org.cloister.heap.HeapException as {@link #hash}; {@code INVALID_ARGUMENT} for a key of another driver or
     *     one that is closed
     */
    CompletionStage<byte[]> sign(CryptoKey key, DmaBuf digest);
}
