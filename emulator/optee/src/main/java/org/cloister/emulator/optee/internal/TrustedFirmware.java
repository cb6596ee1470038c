// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.os.internal.TaStore;
import org.cloister.emulator.optee.os.internal.TrustedOs;
import org.cloister.emulator.optee.spmc.internal.Spmc;
import org.cloister.emulator.optee.spmc.internal.Spmd;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;

/**
 * The firmware of a machine, booted: the monitor (EL3) with what it dispatches to. It knows either FF-A or OP-TEE's own
 * interface, as firmware is built for one of them.
 *
 * <p>Safe for use by any thread.
 */
public final class TrustedFirmware implements SmcConduit, AutoCloseable {
    private static final long CONVENTION = 0x10005;

    private final FirmwareConfig config;
    private final TrustedOs os;
    private final Spmc spmc;
    private final Spmd spmd;
    private volatile boolean off;

    /**
     * Boots.
     *
     * @throws HeapException when static protected memory cannot be protected
     */
    public TrustedFirmware(Machine machine, FirmwareConfig config, TaStore applications) {
        this.config = config;
        this.os = new TrustedOs(machine, config.os(), applications, Spmc.OS_ID);
        this.spmc = new Spmc(
                machine, os, config.personality(), config.takesFragments(), config.notificationLine());
        this.spmd = new Spmd(spmc);
    }

    @Override
    public void call(SmcRegisters registers) {
        if (off) {
            throw new HeapException(HeapError.FIRMWARE_DEAD, "call firmware", "the emulated OP-TEE",
                    "its board was switched off", "look for the conduit of the board that is on");
        }
        int function = registers.w(0);
        if (function == SmcCode.VERSION) {
            registers.set(0, CONVENTION);
        } else if (config.conduit() == FirmwareConfig.Conduit.FFA && FfaFunction.isFfa(function)) {
            spmd.serve(registers);
        } else if (config.conduit() == FirmwareConfig.Conduit.SMC
                && SmcCode.owner(function) >= SmcCode.OWNER_TRUSTED_OS) {
            if (SmcCode.isFast(function)) {
                os.smcEntry().serve(registers);
            } else {
                os.smcCalls().serve(registers);
            }
        } else {
            registers.set(0, SmcCode.UNKNOWN);
        }
    }

    /** An interrupt of the normal world comes while a processor is in the secure world. */
    public void interrupt() {
        os.interrupts().raise();
    }

    /** Adds a trusted application; false when there is one of its uuid already. */
    public boolean add(TrustedApplication application) {
        return os.add(application);
    }

    /** Takes a trusted application away: its sessions are dead from now on. */
    public void remove(TrustedApplication application) {
        os.remove(application);
    }

    /** The name of the rule of FF-A that was broken last; empty when none was yet. */
    public String lastBrokenRule() {
        return spmc.judge().lastBroken();
    }

    /** The whole state; two that are equal are of equal states. */
    public String describe() {
        return os.describe() + "\n" + spmc.describe();
    }

    /** Ends calls that wait to be resumed, and answers no more. */
    @Override
    public void close() {
        off = true;
        os.close();
    }
}
