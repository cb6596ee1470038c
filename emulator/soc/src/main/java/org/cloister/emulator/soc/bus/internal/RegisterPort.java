// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import org.cloister.heap.Access;
import org.cloister.platform.Initiator;

/** An initiator's way to the registers of devices. Immutable, and safe for use by any thread. */
final class RegisterPort {
    private final Bus bus;
    private final Initiator initiator;
    private final int index;

    RegisterPort(Bus bus, Initiator initiator, int index) {
        this.bus = bus;
        this.initiator = initiator;
        this.index = index;
    }

    int readInt(long address) {
        RegisterRange device = enter(address, Integer.BYTES, Access.READ);
        return device.registers().read(address - device.base());
    }

    void writeInt(long address, int value) {
        RegisterRange device = enter(address, Integer.BYTES, Access.WRITE);
        device.registers().write(address - device.base(), value);
    }

    long readLong(long address) {
        RegisterRange device = enter(address, Long.BYTES, Access.READ);
        long offset = address - device.base();
        long low = Integer.toUnsignedLong(device.registers().read(offset));
        return (long) device.registers().read(offset + Integer.BYTES) << Integer.SIZE | low;
    }

    void writeLong(long address, long value) {
        RegisterRange device = enter(address, Long.BYTES, Access.WRITE);
        long offset = address - device.base();
        device.registers().write(offset, (int) value);
        device.registers().write(offset + Integer.BYTES, (int) (value >>> Integer.SIZE));
    }

    private RegisterRange enter(long address, int length, Access access) {
        RegisterRange device = bus.registers().at(address)
                .filter(found -> !bus.gate().isShut() && address % length == 0)
                .orElseThrow(() -> bus.blocked(index, address, length, access));
        if (!device.rights().of(initiator).allows(access)) {
            throw bus.faults().record(initiator, address, length, access, "the registers of " + device.name(),
                    "they grant %s %s".formatted(initiator, device.rights().of(initiator)));
        }
        return device;
    }
}
