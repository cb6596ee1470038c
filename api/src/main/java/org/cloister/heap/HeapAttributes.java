// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the memory of a heap is like; it holds for every buffer of the heap while one backend serves it. Figures that
 * change all the time are in {@link HeapUsage}. Immutable.
 *
 * <p>Made with {@link #builder()}, so that attributes can be added in later versions.
 */
@ProviderType
public final class HeapAttributes {
    private final Enforcement enforcement;
    private final Access cpuAccess;
    private final boolean contiguous;
    private final long granularity;
    private final Zeroing zeroing;
    private final int addressBits;
    private final Optional<Map<String, Access>> grants;
    private final boolean movable;

    private HeapAttributes(Builder b) {
        enforcement = b.enforcement;
        cpuAccess = b.cpuAccess;
        contiguous = b.contiguous;
        granularity = b.granularity;
        zeroing = b.zeroing;
        addressBits = b.addressBits;
        grants = b.grants;
        movable = b.movable;
    }

    /**
     * Starts with normal memory: CPU read-write, contiguous, 4 KiB, not zeroed, grants unknown.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return whether the memory is kept from somebody: whether {@link #enforcement()} is not {@code NONE}} */
    public boolean restricted() {
        return enforcement != Enforcement.NONE;
    }

    /** {@return what enforces the restriction} */
    public Enforcement enforcement() {
        return enforcement;
    }

    /**
     * {@return what the CPU of the normal world may do: {@code NONE}, {@code WRITE} only, or {@code READ_WRITE}} By this
     * API: where memory is encrypted, a write goes through an engine that has the key.
     */
    public Access cpuAccess() {
        return cpuAccess;
    }

    /** {@return whether each buffer is one physical range} */
    public boolean contiguous() {
        return contiguous;
    }

    /** {@return bytes: sizes are rounded up to, and addresses are, a multiple of this power of two} */
    public long granularity() {
        return granularity;
    }

    /** {@return who clears memory before it is handed out} */
    public Zeroing zeroing() {
        return zeroing;
    }

    /** {@return how many bits every address of the heap fits in, 1 to 64} */
    public int addressBits() {
        return addressBits;
    }

    /**
     * {@return what each initiator may do, by the initiator's name; who is not in it may do nothing} Where memory is
     * encrypted, nothing that is of use: he reads ciphertext, and what he writes turns into garbage. Empty when the
     * backend cannot know, as with heaps of a real kernel: then only the device itself finds out.
     */
    public Optional<Map<String, Access>> grants() {
        return grants;
    }

    /** {@return whether live buffers can be moved to another backend by a copy within the secure world} */
    public boolean movable() {
        return movable;
    }

    /**
     * What an initiator may do, as far as is known.
     *
     * @param initiator the initiator's name
     * @return its rights; {@code READ_WRITE} while {@link #grants()} is empty
     */
    public Access grantOf(String initiator) {
        return grants.map(g -> g.getOrDefault(initiator, Access.NONE)).orElse(Access.READ_WRITE);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof HeapAttributes a
                && enforcement == a.enforcement
                && cpuAccess == a.cpuAccess
                && contiguous == a.contiguous
                && granularity == a.granularity
                && zeroing == a.zeroing
                && addressBits == a.addressBits
                && grants.equals(a.grants)
                && movable == a.movable;
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                enforcement, cpuAccess, contiguous, granularity, zeroing, addressBits, grants, movable);
    }

    @Override
    public String toString() {
        return "HeapAttributes[enforcement=%s, cpuAccess=%s, contiguous=%s, granularity=0x%x, zeroing=%s, "
                .formatted(enforcement, cpuAccess, contiguous, granularity, zeroing)
                + "addressBits=%d, grants=%s, movable=%s]"
                .formatted(addressBits, grants.map(Map::toString).orElse("unknown"), movable);
    }

    /** Collects attributes. Not safe for use by several threads. */
    @ProviderType
    public static final class Builder {
        private Enforcement enforcement = Enforcement.NONE;
        private Access cpuAccess = Access.READ_WRITE;
        private boolean contiguous = true;
        private long granularity = 4096;
        private Zeroing zeroing = Zeroing.NOBODY;
        private int addressBits = 64;
        private Optional<Map<String, Access>> grants = Optional.empty();
        private boolean movable;

        private Builder() {}

        /**
         * Sets {@link HeapAttributes#enforcement()}.
         *
         * @param value what keeps the memory from the CPU
         * @return this
         */
        public Builder enforcement(Enforcement value) {
            enforcement = Objects.requireNonNull(value, "enforcement");
            return this;
        }

        /**
         * Sets {@link HeapAttributes#cpuAccess()}.
         *
         * @param value {@code NONE}, {@code WRITE} or {@code READ_WRITE}
         * @return this
         */
        public Builder cpuAccess(Access value) {
            cpuAccess = Objects.requireNonNull(value, "cpuAccess");
            return this;
        }

        /**
         * Sets {@link HeapAttributes#contiguous()}.
         *
         * @param value whether each buffer is one physical range
         * @return this
         */
        public Builder contiguous(boolean value) {
            contiguous = value;
            return this;
        }

        /**
         * Sets {@link HeapAttributes#granularity()}.
         *
         * @param bytes a power of two
         * @return this
         */
        public Builder granularity(long bytes) {
            granularity = bytes;
            return this;
        }

        /**
         * Sets {@link HeapAttributes#zeroing()}.
         *
         * @param value who clears memory
         * @return this
         */
        public Builder zeroing(Zeroing value) {
            zeroing = Objects.requireNonNull(value, "zeroing");
            return this;
        }

        /**
         * Sets {@link HeapAttributes#addressBits()}.
         *
         * @param value 1 to 64
         * @return this
         */
        public Builder addressBits(int value) {
            addressBits = value;
            return this;
        }

        /**
         * Sets {@link HeapAttributes#grants()}.
         *
         * @param value rights by the name of the initiator; copied
         * @return this
         */
        public Builder grants(Map<String, Access> value) {
            grants = Optional.of(Map.copyOf(value));
            return this;
        }

        /**
         * Sets {@link HeapAttributes#movable()}.
         *
         * @param value whether live buffers can be moved
         * @return this
         */
        public Builder movable(boolean value) {
            movable = value;
            return this;
        }

        /**
         * Makes the attributes.
         *
         * @return the attributes
         * @throws HeapException {@code INVALID_ARGUMENT} for attributes that contradict each other: CPU reads of
         *     memory behind a firewall, a granularity that is no power of two, address bits outside 1 to 64
         */
        public HeapAttributes build() {
            if (enforcement == Enforcement.FIREWALL && cpuAccess.reads()) {
                throw refused("CPU access " + cpuAccess, "memory behind a firewall is never readable by the CPU",
                        "set CPU access to NONE or WRITE");
            }
            if (cpuAccess == Access.READ) {
                throw refused("CPU access READ", "a heap that its users cannot fill is of no use",
                        "set CPU access to NONE, WRITE or READ_WRITE");
            }
            if (Long.bitCount(granularity) != 1 || granularity < 0) {
                throw refused("granularity " + granularity, "it is not a power of two", "use 4096");
            }
            if (addressBits < 1 || addressBits > 64) {
                throw refused("address bits " + addressBits, "addresses have 1 to 64 bits", "use 64");
            }
            return new HeapAttributes(this);
        }

        private static HeapException refused(String which, String why, String remedy) {
            return new HeapException(HeapError.INVALID_ARGUMENT, "describe a heap", which, why, remedy);
        }
    }
}
