// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.util.Arrays;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The registers x0 to x17 that a secure monitor call passes (SMC Calling Convention 1.2). Made once and used for many
 * calls.
 *
 * <p>Not safe for use by several threads at a time: each caller has its own, as each core has.
 */
@ProviderType
public final class SmcRegisters {
    /** How many registers there are. */
    public static final int COUNT = 18;

    private final long[] x = new long[COUNT];

    /** Makes a register file of zeros. */
    public SmcRegisters() {
    }

    /** All 64 bits of register {@code index}. */
    public long x(int index) {
        return x[index];
    }

    /** The low 32 bits of register {@code index}. */
    public int w(int index) {
        return (int) x[index];
    }

    /** Sets all 64 bits of register {@code index}. */
    public SmcRegisters set(int index, long value) {
        x[index] = value;
        return this;
    }

    /** Sets register {@code index} to 32 bits, the upper half to zero, as a write to a {@code w} register does. */
    public SmcRegisters setW(int index, int value) {
        x[index] = Integer.toUnsignedLong(value);
        return this;
    }

    /** The 64-bit number whose low half is in w{@code low} and whose high half is in w{@code high}. */
    public long pair(int low, int high) {
        return Integer.toUnsignedLong(w(low)) | x[high] << 32;
    }

    /** Splits a 64-bit number into w{@code low} and w{@code high}. */
    public SmcRegisters setPair(int low, int high, long value) {
        setW(low, (int) value);
        return setW(high, (int) (value >>> 32));
    }

    /** Sets all registers to zero. */
    public SmcRegisters clear() {
        Arrays.fill(x, 0);
        return this;
    }

    /** Prepares a call: x0 is the function, all other registers are zero. */
    public SmcRegisters function(int function) {
        return clear().setW(0, function);
    }

    /** Takes over the values of {@code other}. */
    public SmcRegisters copyFrom(SmcRegisters other) {
        System.arraycopy(other.x, 0, x, 0, COUNT);
        return this;
    }

    /** Tells whether all registers hold the same values as those of {@code other}. */
    public boolean sameAs(SmcRegisters other) {
        return Arrays.equals(x, other.x);
    }

    /** x0 to x7 in hexadecimal, and x8 to x17 when one of them is not zero. */
    @Override
    public String toString() {
        int count = 8;
        for (int i = count; i < COUNT; i++) {
            if (x[i] != 0) {
                count = COUNT;
            }
        }
        var text = new StringBuilder(count * 9);
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                text.append(' ');
            }
            text.append(Long.toHexString(x[i]));
        }
        return text.toString();
    }
}
