// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;

/** A machine whose firewall fails when a test says so. */
public final class FlakyMachine implements Machine {
    private final Machine machine;
    private volatile boolean protectFails;
    private volatile boolean restoreFails;
    private volatile Runnable meanwhile = () -> { };

    /** Wraps a machine that does not fail. */
    public FlakyMachine(Machine machine) {
        this.machine = machine;
    }

    /** Says whether memory can be protected from now on. */
    public void protectFails(boolean fails) {
        protectFails = fails;
    }

    /** Says whether memory can be given back from now on. */
    public void restoreFails(boolean fails) {
        restoreFails = fails;
    }

    /** Says what happens while the firewall is programmed. */
    public void meanwhile(Runnable what) {
        meanwhile = what;
    }

    @Override
    public void protect(int useCase, long address, long size) {
        meanwhile.run();
        failIf(protectFails);
        machine.protect(useCase, address, size);
    }

    @Override
    public void protectFor(int device, Access rights, long address, long size) {
        meanwhile.run();
        failIf(protectFails);
        machine.protectFor(device, rights, address, size);
    }

    @Override
    public void restore(long address) {
        meanwhile.run();
        failIf(restoreFails);
        machine.restore(address);
    }

    private static void failIf(boolean fails) {
        if (fails) {
            throw new HeapException(HeapError.TIMED_OUT, "program the firewall", "a test", "the test wants it so", "none");
        }
    }

    @Override
    public PhysicalMemory memory() {
        return machine.memory();
    }

    @Override
    public void protectForGood(String name, int useCase, long address, long size) {
        machine.protectForGood(name, useCase, address, size);
    }

    @Override
    public long granule() {
        return machine.granule();
    }

    @Override
    public int rangesLeft() {
        return machine.rangesLeft();
    }

    @Override
    public boolean isNormalMemory(long address, long size) {
        return machine.isNormalMemory(address, size);
    }

    @Override
    public void withhold(AddressRange range) {
        machine.withhold(range);
    }

    @Override
    public void yield(AddressRange range) {
        machine.yield(range);
    }

    @Override
    public boolean isWithheld(long address, long size) {
        return machine.isWithheld(address, size);
    }

    @Override
    public boolean isNoWider(AddressRange range, AddressRange than) {
        return machine.isNoWider(range, than);
    }

    @Override
    public List<AddressRange> carveOuts(UUID application) {
        return machine.carveOuts(application);
    }

    @Override
    public RandomGenerator random() {
        return machine.random();
    }

    @Override
    public byte[] uniqueKey() {
        return machine.uniqueKey();
    }

    @Override
    public long nanos() {
        return machine.nanos();
    }

    @Override
    public void raise(int line) {
        machine.raise(line);
    }
}
