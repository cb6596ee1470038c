// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.crypto.internal;

import java.security.interfaces.RSAPublicKey;
import org.cloister.driver.crypto.CryptoKey;
import org.cloister.heap.DmaBuf;

/** A key of this driver. */
final class RestrictedKey implements CryptoKey {
    private final RSAPublicKey publicKey;
    private final DmaBuf memory;
    private final int size;

    /** Takes over the memory, which is given back when this is closed; jobs that use it keep it as long. */
    RestrictedKey(RSAPublicKey publicKey, DmaBuf memory, int size) {
        this.publicKey = publicKey;
        this.memory = memory;
        this.size = size;
    }

    @Override
    public RSAPublicKey publicKey() {
        return publicKey;
    }

    DmaBuf memory() {
        return memory;
    }

    /** Bytes of the key in memory. */
    int size() {
        return size;
    }

    int modulusSize() {
        return publicKey.getModulus().bitLength() / Byte.SIZE;
    }

    @Override
    public void close() {
        memory.close();
    }
}
