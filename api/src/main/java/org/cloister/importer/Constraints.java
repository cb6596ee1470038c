// SPDX-License-Identifier: Apache-2.0
package org.cloister.importer;

import java.util.Objects;
import java.util.Set;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a device needs of memory. Immutable. Made with {@link #builder()}, so that constraints can be added in later
 * versions.
 */
@ProviderType
public final class Constraints {
    /** What a device thinks of restricted memory. */
    @ProviderType
    public enum Restriction {
        /** It works with restricted memory only. */
        REQUIRED,
        /** It works with both. */
        ALLOWED,
        /** It works with normal memory only. */
        REFUSED
    }

    private final Access access;
    private final int addressBits;
    private final boolean contiguous;
    private final long alignment;
    private final int maxSegments;
    private final long maxSegmentSize;
    private final Restriction restriction;
    private final boolean encryptionAccepted;
    private final Set<UseCase> useCases;

    private Constraints(Builder b) {
        access = b.access;
        addressBits = b.addressBits;
        contiguous = b.contiguous;
        alignment = b.alignment;
        maxSegments = b.maxSegments;
        maxSegmentSize = b.maxSegmentSize;
        restriction = b.restriction;
        encryptionAccepted = b.encryptionAccepted;
        useCases = b.useCases;
    }

    /** {@return a builder that starts with no constraint at all, and read-write access} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return what the device does with a buffer, and must be granted} */
    public Access access() {
        return access;
    }

    /** {@return how many address bits the device drives, 1 to 64} */
    public int addressBits() {
        return addressBits;
    }

    /** {@return whether a buffer must be one physical range} */
    public boolean contiguous() {
        return contiguous;
    }

    /** {@return bytes, a power of two: every segment must start at a multiple} */
    public long alignment() {
        return alignment;
    }

    /** {@return the most segments that the device takes for one buffer} */
    public int maxSegments() {
        return maxSegments;
    }

    /** {@return bytes: the longest segment that the device takes} */
    public long maxSegmentSize() {
        return maxSegmentSize;
    }

    /** {@return whether memory has to be restricted} */
    public Restriction restriction() {
        return restriction;
    }

    /** {@return whether memory that is protected by encryption instead of a firewall will do} */
    public boolean encryptionAccepted() {
        return encryptionAccepted;
    }

    /** {@return the use cases that restricted memory may have; empty means any} */
    public Set<UseCase> useCases() {
        return useCases;
    }

    @Override
    public String toString() {
        return "Constraints[access=%s, addressBits=%d, contiguous=%s, alignment=0x%x, maxSegments=%d, "
                .formatted(access, addressBits, contiguous, alignment, maxSegments)
                + "maxSegmentSize=0x%x, restriction=%s, encryptionAccepted=%s, useCases=%s]"
                .formatted(maxSegmentSize, restriction, encryptionAccepted, useCases);
    }

    /** Collects constraints. Not safe for use by several threads. */
    @ProviderType
    public static final class Builder {
        private Access access = Access.READ_WRITE;
        private int addressBits = 64;
        private boolean contiguous;
        private long alignment = 1;
        private int maxSegments = Integer.MAX_VALUE;
        private long maxSegmentSize = Long.MAX_VALUE;
        private Restriction restriction = Restriction.ALLOWED;
        private boolean encryptionAccepted = true;
        private Set<UseCase> useCases = Set.of();

        private Builder() {}

        /**
         * Sets {@link Constraints#access()}.
         *
         * @param value not {@code NONE}
         * @return this
         */
        public Builder access(Access value) {
            access = Objects.requireNonNull(value, "access");
            return this;
        }

        /**
         * Sets {@link Constraints#addressBits()}.
         *
         * @param value 1 to 64
         * @return this
         */
        public Builder addressBits(int value) {
            addressBits = value;
            return this;
        }

        /**
         * Sets {@link Constraints#contiguous()}.
         *
         * @param value whether a buffer must be one physical range
         * @return this
         */
        public Builder contiguous(boolean value) {
            contiguous = value;
            return this;
        }

        /**
         * Sets {@link Constraints#alignment()}.
         *
         * @param bytes a power of two
         * @return this
         */
        public Builder alignment(long bytes) {
            alignment = bytes;
            return this;
        }

        /**
         * Sets {@link Constraints#maxSegments()}.
         *
         * @param value at least 1
         * @return this
         */
        public Builder maxSegments(int value) {
            maxSegments = value;
            return this;
        }

        /**
         * Sets {@link Constraints#maxSegmentSize()}.
         *
         * @param bytes at least 1
         * @return this
         */
        public Builder maxSegmentSize(long bytes) {
            maxSegmentSize = bytes;
            return this;
        }

        /**
         * Sets {@link Constraints#restriction()}.
         *
         * @param value whether memory has to be restricted
         * @return this
         */
        public Builder restriction(Restriction value) {
            restriction = Objects.requireNonNull(value, "restriction");
            return this;
        }

        /**
         * Sets {@link Constraints#encryptionAccepted()}.
         *
         * @param value whether encryption will do instead of a firewall
         * @return this
         */
        public Builder encryptionAccepted(boolean value) {
            encryptionAccepted = value;
            return this;
        }

        /**
         * Sets {@link Constraints#useCases()}.
         *
         * @param value the accepted use cases, or none for any; copied
         * @return this
         */
        public Builder useCases(Set<UseCase> value) {
            useCases = Set.copyOf(value);
            return this;
        }

        /**
         * Makes the constraints.
         *
         * @return the constraints
         * @throws HeapException {@code INVALID_ARGUMENT} for values that no memory could meet
         */
        public Constraints build() {
            if (access == Access.NONE) {
                throw refused("access NONE", "a device that does nothing needs no buffer");
            }
            if (addressBits < 1 || addressBits > 64) {
                throw refused("address bits " + addressBits, "addresses have 1 to 64 bits");
            }
            if (alignment <= 0 || Long.bitCount(alignment) != 1) {
                throw refused("alignment " + alignment, "it is not a power of two");
            }
            if (maxSegments < 1) {
                throw refused("at most " + maxSegments + " segments", "a buffer has at least one");
            }
            if (maxSegmentSize < 1) {
                throw refused("segments of at most " + maxSegmentSize + " bytes", "a segment has at least one");
            }
            return new Constraints(this);
        }

        private static HeapException refused(String which, String why) {
            return new HeapException(HeapError.INVALID_ARGUMENT, "describe an importer", which, why,
                    "correct the importer's constraints");
        }
    }
}
