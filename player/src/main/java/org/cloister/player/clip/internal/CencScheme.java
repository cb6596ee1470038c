// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The protection schemes of ISO/IEC 23001-7, clause 10. */
public enum CencScheme {
    /** AES-CTR over all protected bytes. */
    CENC(true, false),
    /** AES-CBC over all whole blocks of protected ranges; one chain for a sample. */
    CBC1(false, false),
    /** AES-CTR over a pattern of blocks. */
    CENS(true, true),
    /** AES-CBC over a pattern of blocks; the chain starts anew with each subsample. */
    CBCS(false, true);

    private final boolean counter;
    private final boolean pattern;

    CencScheme(boolean counter, boolean pattern) {
        this.counter = counter;
        this.pattern = pattern;
    }

    /** Whether it is AES-CTR; else AES-CBC. */
    boolean isCounter() {
        return counter;
    }

    /** Whether blocks are left out in a pattern. */
    boolean hasPattern() {
        return pattern;
    }

    /** The scheme with that four-character code, as a big-endian number. */
    static Optional<CencScheme> of(int fourCc) {
        for (CencScheme scheme : values()) {
            if (fourCc == code(scheme)) {
                return Optional.of(scheme);
            }
        }
        return Optional.empty();
    }

    private static int code(CencScheme scheme) {
        int code = 0;
        for (byte letter : scheme.toString().getBytes(StandardCharsets.US_ASCII)) {
            code = code << Byte.SIZE | letter;
        }
        return code;
    }

    /** The four-character code, such as {@code "cenc"}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
