// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.emulator.soc.Registers;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.Rights;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * The registers of all devices. Safe for use by any thread: an immutable list behind a volatile, changed under the
 * lock of this object.
 */
public final class RegisterBus {
    private static final long GRANULARITY = 4096;

    private final PhysicalRanges memory;
    private volatile List<RegisterRange> devices = List.of();

    /** Makes a bus without devices, beside that memory. */
    public RegisterBus(PhysicalRanges memory) {
        this.memory = memory;
    }

    /** Puts a device on the bus, as {@link org.cloister.emulator.soc.Soc#attach} says. */
    public synchronized Registration attach(
            String name, long base, long size, Rights rights, Registers registers) {
        if (base < 0 || size <= 0 || base + size < 0 || base % GRANULARITY != 0 || size % GRANULARITY != 0) {
            throw refusal(HeapError.INVALID_ARGUMENT, name,
                    "base 0x%x and size 0x%x are not multiples of 0x%x".formatted(base, size, GRANULARITY),
                    "align the range");
        }
        if (memory.touches(base, size)) {
            throw refusal(HeapError.ALREADY_EXISTS, name,
                    "memory is at 0x%x or after it".formatted(base), "choose a free range");
        }
        RegisterRange range = new RegisterRange(name, base, size, rights, registers);
        for (RegisterRange other : devices) {
            if (other.base() < range.end() && range.base() < other.end()) {
                throw refusal(HeapError.ALREADY_EXISTS, name,
                        "the registers of %s are at 0x%x".formatted(other.name(), other.base()),
                        "choose a free range");
            }
        }
        List<RegisterRange> more = new ArrayList<>(devices);
        more.add(range);
        devices = List.copyOf(more);
        return () -> detach(range);
    }

    /** The device at an address. */
    Optional<RegisterRange> at(long address) {
        for (RegisterRange device : devices) {
            if (device.contains(address)) {
                return Optional.of(device);
            }
        }
        return Optional.empty();
    }

    private synchronized void detach(RegisterRange range) {
        devices = devices.stream().filter(other -> other != range).toList();
    }

    private static HeapException refusal(HeapError error, String name, String why, String remedy) {
        return new HeapException(error, "attach the registers of " + name, "the bus", why, remedy);
    }
}
