// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.security.GeneralSecurityException;

/** Decrypts consecutive bytes with one AES key and one initialisation vector. Not safe for use by several threads. */
sealed interface BlockStream permits CounterStream, ChainStream {
    /** Bytes of an AES block. */
    int BLOCK = 16;

    /** Begins with the initialisation vector; called before the first bytes. */
    void restart() throws GeneralSecurityException;

    /** Decrypts the next bytes in place. */
    void process(byte[] data, int offset, int length) throws GeneralSecurityException;
}
