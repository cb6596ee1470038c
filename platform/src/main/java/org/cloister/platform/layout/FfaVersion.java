// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import org.osgi.annotation.versioning.ProviderType;

/** Versions of FF-A that differ in their structures. */
@ProviderType
public enum FfaVersion {
    /** FF-A 1.0: transaction headers of 32 bytes. */
    V1_0(0x10000, 32, 16),
    /** FF-A 1.1: transaction headers of 48 bytes. */
    V1_1(0x10001, 48, 16),
    /** FF-A 1.2: receivers take 32 bytes. */
    V1_2(0x10002, 48, 32);

    private final int word;
    private final int headerSize;
    private final int receiverSize;

    FfaVersion(int word, int headerSize, int receiverSize) {
        this.word = word;
        this.headerSize = headerSize;
        this.receiverSize = receiverSize;
    }

    /** The version as FFA_VERSION passes it: major in the upper half, minor in the lower. */
    public int word() {
        return word;
    }

    /** Bytes of a memory transaction's header. */
    public int headerSize() {
        return headerSize;
    }

    /** Bytes of a receiver in a memory transaction that is written by this version. */
    public int receiverSize() {
        return receiverSize;
    }

    /** The newest of these versions that is not newer than {@code word}; 1.0 when all are. */
    public static FfaVersion atMost(int word) {
        if (word >= V1_2.word) {
            return V1_2;
        }
        return word >= V1_1.word ? V1_1 : V1_0;
    }
}
