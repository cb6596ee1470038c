// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What every entry begins with: one word, of which bits 7:0 are the type, bits 15:8 the size, bit 30 says that the host
 * may update it, and bit 31 that who does not know it may skip it. (Linux: {@code panthor_fw.c}.)
 *
 * @param offset where the entry begins, in bytes from the start of the image
 * @param type the number of its type, 0 to 255
 * @param size bytes, this word among them; a multiple of 4, at least 4
 * @param updatable whether the host may change what it describes
 * @param optional whether the firmware works where it is not understood
 */
@ProviderType
public record EntryHeader(int offset, int type, int size, boolean updatable, boolean optional) {
    static final int BYTES = Integer.BYTES;

    private static final int UPDATE = 1 << 30;
    private static final int OPTIONAL = 1 << 31;

    static EntryHeader of(int offset, int word) {
        return new EntryHeader(offset, word & 0xff, word >> 8 & 0xff, (word & UPDATE) != 0, (word & OPTIONAL) != 0);
    }

    int end() {
        return offset + size;
    }
}
