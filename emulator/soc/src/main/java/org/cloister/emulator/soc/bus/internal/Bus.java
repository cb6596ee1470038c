// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.cloister.emulator.soc.EncryptedMemory;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.firewall.internal.FirewallTable;
import org.cloister.emulator.soc.firewall.internal.Gate;
import org.cloister.emulator.soc.firewall.internal.Initiators;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What connects initiators with memory and registers, and blocks what is not granted.
 *
 * <p>Safe for use by any thread.
 */
public final class Bus {
    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);

    private final Initiators initiators;
    private final PhysicalRanges memory;
    private final RegisterBus registers;
    private final Gate gate;
    private final FaultRecorder faults;
    private final Set<LeasedWindow> exposed = ConcurrentHashMap.newKeySet();
    private volatile CipherRange[] ciphers = {}; // replaced under this

    /** Connects the parts. */
    public Bus(Initiators initiators, PhysicalRanges memory, RegisterBus registers, Gate gate, FaultRecorder faults) {
        this.initiators = initiators;
        this.memory = memory;
        this.registers = registers;
        this.gate = gate;
        this.faults = faults;
    }

    /** Physical memory as the initiator of that index sees it. */
    public PhysicalMemory view(int initiator) {
        return new BusMemory(this, initiators.get(initiator), initiator);
    }

    /** Puts an encryption unit before a range, as {@link org.cloister.emulator.soc.SecureWorld#encrypt} says. */
    public synchronized Registration encrypt(EncryptedMemory wanted) {
        AddressRange range = wanted.range();
        if (memory.at(range.base(), range.size()) == MemoryRange.NOWHERE) {
            throw refusal(HeapError.INVALID_ARGUMENT, wanted, "no memory is in all of " + range);
        }
        for (CipherRange other : ciphers) {
            if (other.range().overlaps(range)) {
                throw refusal(HeapError.ALREADY_EXISTS, wanted, "%s overlaps %s".formatted(range, other.name()));
            }
        }
        CipherRange added = new CipherRange(wanted, initiators);
        ciphers = Stream.concat(Stream.of(ciphers), Stream.of(added)).toArray(CipherRange[]::new);
        return () -> remove(added);
    }

    private synchronized void remove(CipherRange removed) {
        ciphers = Stream.of(ciphers).filter(other -> other != removed).toArray(CipherRange[]::new);
    }

    private static HeapException refusal(HeapError error, EncryptedMemory wanted, String why) {
        return new HeapException(error, "encrypt memory", wanted.name(), why, "choose other memory");
    }

    /** Tells whether an initiator has the key of some of these addresses. */
    boolean decrypts(int initiator, long address, long length) {
        for (CipherRange cipher : ciphers) {
            if (cipher.serves(initiator) && cipher.touches(address, length)) {
                return true;
            }
        }
        return false;
    }

    /** The encrypted range at an address of which an initiator has the key. */
    Optional<CipherRange> cipher(int initiator, long address) {
        for (CipherRange cipher : ciphers) {
            if (cipher.serves(initiator) && cipher.range().contains(address)) {
                return Optional.of(cipher);
            }
        }
        return Optional.empty();
    }

    /** Whether the CPU cannot read any of a range in clear text, as {@link org.cloister.emulator.soc.Soc#isRestricted} says. */
    public boolean isRestricted(int device, long address, long length) {
        if (address < 0 || length <= 0 || length > FirewallTable.ADDRESS_SPACE - address) {
            return false;
        }
        int cpu = initiators.indexOf(Initiator.CPU);
        boolean encrypted = cipher(device, address).filter(cipher -> !cipher.serves(cpu))
                .filter(cipher -> address + length <= cipher.range().base() + cipher.range().size()).isPresent();
        return encrypted || isKeptFrom(cpu, address, address + length);
    }

    private boolean isKeptFrom(int initiator, long address, long end) {
        FirewallTable table = gate.table();
        long at = address;
        while (at < end) {
            Optional<ProgrammedRegion> region = table.decider(at).filter(found -> !found.region().background());
            if (region.isEmpty() || table.rights(initiator, at).reads()) {
                return false;
            }
            at = region.get().region().end();
        }
        return true;
    }

    /**
     * Closes all windows that have handed out a segment, before memory goes.
     *
     * @return whether none is left; one stays whose segment native code is using right now
     */
    public boolean closeExposed() {
        for (LeasedWindow window : exposed) {
            try {
                window.close();
            } catch (IllegalStateException inUse) {
                LOG.debug("a segment at 0x{} is in use by native code", Long.toHexString(window.address()));
            }
        }
        return exposed.isEmpty();
    }

    PhysicalRanges memory() {
        return memory;
    }

    RegisterBus registers() {
        return registers;
    }

    Gate gate() {
        return gate;
    }

    FaultRecorder faults() {
        return faults;
    }

    /** The windows that have handed out a segment and are not closed. */
    Set<LeasedWindow> exposed() {
        return exposed;
    }

    /** Records the fault of a range that was refused, whether there is no memory or no right. */
    BusFault blocked(int index, long address, long length, Access access) {
        if (gate.isShut()) {
            throw new IllegalStateException("the board is switched off");
        }
        Initiator initiator = initiators.get(index);
        if (address < 0 || length < 0 || length > FirewallTable.ADDRESS_SPACE - address) {
            return faults.record(initiator, address, length, access, "no region", "it leaves the address space");
        }
        FirewallTable table = gate.table();
        long refused = table.firstRefused(index, address, length, access);
        long missing = memory.endOf(address);
        if (missing < address + length && missing <= refused) {
            String reason = registers.at(missing)
                    .map(device -> "the registers of " + device.name() + " take aligned words only")
                    .orElse("no memory is there");
            return faults.record(initiator, missing, length, access, "no region", reason);
        }
        if (refused == address + length) {
            return faults.record(initiator, address, length, access, label(table, address),
                    "the firewall was being reprogrammed");
        }
        String granted = "it grants " + initiator + " " + table.rights(index, refused) + " there";
        return faults.record(initiator, refused, length, access, label(table, refused),
                table.settled() ? granted : granted + " while it is being reprogrammed");
    }

    private static String label(FirewallTable table, long address) {
        Optional<ProgrammedRegion> region = table.decider(address);
        return region.map(ProgrammedRegion::label).orElse("no region");
    }
}
