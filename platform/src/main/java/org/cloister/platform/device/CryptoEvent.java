// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.cloister.heap.HeapError;
import org.cloister.platform.BusFault;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What became of a job; its memory belongs to the driver again. New kinds come with a major version only.
 */
@ProviderType
public sealed interface CryptoEvent {
    /** Of the job. */
    long cookie();

    /**
     * It is done.
     *
     * @param cookie of the job
     * @param result what may be known by everybody: a public key, a signature; empty for other jobs
     */
    record Done(long cookie, byte[] result) implements CryptoEvent {
        /** Copies the result. */
        public Done {
            result = result.clone();
        }

        @Override
        public byte[] result() {
            return result.clone();
        }
    }

    /**
     * The bus blocked an access.
     *
     * @param cookie of the job
     * @param fault who, where, and why
     */
    record Blocked(long cookie, BusFault fault) implements CryptoEvent {}

    /**
     * It could not be done.
     *
     * @param cookie of the job
     * @param error {@code INVALID_ARGUMENT} for a key or an input that is none, {@code CLOSED} when the device stops,
     *     {@code FAULT} when it broke down
     * @param reason what is wrong
     */
    record Failed(long cookie, HeapError error, String reason) implements CryptoEvent {}
}
