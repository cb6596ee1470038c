// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** What a {@link CryptoEngine} can do. New kinds come with a major version only. */
@ProviderType
public sealed interface CryptoJob {
    /** Bytes of a SHA-256 digest. */
    int DIGEST_SIZE = 32;

    /**
     * Makes an RSA key, of which the modulus is the result; its public exponent is 65537.
     *
     * @param bits of the modulus: 1024 or 2048 or 3072
     * @param key where the key goes, laid out as {@link org.cloister.platform.layout.RsaKey}
     */
    record MakeRsaKey(int bits, List<MemoryRange> key) implements CryptoJob {
        /** Copies the list. */
        public MakeRsaKey {
            key = List.copyOf(key);
        }
    }

    /**
     * Computes the SHA-256 digest of a message.
     *
     * @param message the message, all of the ranges
     * @param digest where the digest goes
     */
    record Hash(List<MemoryRange> message, List<MemoryRange> digest) implements CryptoJob {
        /** Copies the lists. */
        public Hash {
            message = List.copyOf(message);
            digest = List.copyOf(digest);
        }
    }

    /**
     * Raises a number to the private exponent of a key, which signs what is padded as a signature is. The number is
     * gathered from pieces, so that nobody has to put padding and message into one buffer.
     *
     * @param key laid out as {@link org.cloister.platform.layout.RsaKey}
     * @param input the number, big-endian, as long as the modulus and smaller than that
     */
    record RsaPrivate(List<MemoryRange> key, List<Piece> input) implements CryptoJob {
        /** Copies the lists. */
        public RsaPrivate {
            key = List.copyOf(key);
            input = List.copyOf(input);
        }
    }

    /** A piece of input. */
    sealed interface Piece {
        /**
         * Bytes in the descriptor itself.
         *
         * @param bytes the bytes
         */
        record Immediate(byte[] bytes) implements Piece {
            /** Copies the bytes. */
            public Immediate {
                bytes = bytes.clone();
            }

            @Override
            public byte[] bytes() {
                return bytes.clone();
            }
        }

        /**
         * Bytes in memory.
         *
         * @param ranges where they are, in order
         */
        record Memory(List<MemoryRange> ranges) implements Piece {
            /** Copies the list. */
            public Memory {
                ranges = List.copyOf(ranges);
            }
        }
    }
}
