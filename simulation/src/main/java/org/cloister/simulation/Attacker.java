// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Window;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;

/**
 * The normal world at its worst: sends firmware what makes no sense, and keeps windows open on memory that it has given
 * back.
 */
final class Attacker {
    private static final int OPTEE = 0x8001;
    private static final long NOT_A_HANDLE = 0x7ead_0000_0000_0000L;
    private static final long SECURE_RAM = 0x0e20_0000L;

    private final World world;
    private final Machine machine;
    private final SmcConduit surface;
    private final ContiguousArea area;
    private final SplittableRandom random;

    Attacker(World world, Machine machine, ContiguousArea area, SplittableRandom random) {
        this.world = world;
        this.machine = machine;
        this.area = area;
        this.surface = machine.surface();
        this.random = random;
    }

    void run() {
        while (!world.isEnding()) {
            if (random.nextInt(3) == 0) {
                linger();
            } else {
                call();
            }
            world.scheduler().pause(Duration.ofMillis(1 + random.nextInt(900)).toNanos());
        }
    }

    /** A network card goes on in memory that its driver has given back. */
    private void linger() {
        long size = (1 + random.nextInt(3)) * 4096L;
        long address;
        try {
            address = area.allocate(size, 4096);
        } catch (HeapException full) {
            return;
        }
        Ledger.Open open;
        try {
            Window window = world.strangersMemory().open(address, size, Access.READ_WRITE);
            open = new Ledger.Open("eth-dma", window);
        } catch (BusFault notOurs) {
            world.found(new Violation(6, "the normal world was given 0x%x, and may not use it".formatted(address)));
            return;
        }
        world.ledger().opened(open);
        boolean early = random.nextBoolean();
        if (early) {
            area.release(address);
        }
        world.scheduler().pause(Duration.ofMillis(random.nextInt(8000)).toNanos());
        world.ledger().closing(open);
        open.window().close();
        if (!early) {
            area.release(address);
        }
    }

    private void call() {
        var r = new SmcRegisters();
        if (BoardKind.of(world.seed()) == BoardKind.SMC) {
            ownInterface(r);
        } else {
            ffa(r);
        }
        Soc soc = machine.soc();
        List<ProgrammedRegion> before = soc.firewall().regions();
        long steps = world.steps();
        world.trace().note("hostile", r.x(0), r.x(1), r.x(2), r.x(3), r.x(4));
        surface.call(r);
        if (steps == world.steps() && soc.firewall().regions() != before) {
            world.found(new Violation(9, "a call that makes no sense has changed the firewall; it answered " + r));
        }
        if (FfaFunction.narrow(r.w(0)) == FfaFunction.SUCCESS) {
            world.found(new Violation(9, "a call that makes no sense was done; it answered " + r));
        }
    }

    private void ffa(SmcRegisters r) {
        switch (random.nextInt(7)) {
            case 0 -> r.function(FfaFunction.MEM_RECLAIM).setPair(1, 2, NOT_A_HANDLE + random.nextInt(16));
            case 1 -> r.function(FfaFunction.MEM_LEND).set(1, 0).set(2, random.nextInt(5000));
            case 2 -> r.function(FfaFunction.MEM_SHARE).set(1, 64).set(2, 64 + 16 * (1 + random.nextInt(1000)));
            case 3 -> service(r, OpteeFfa.RELEASE_PROTMEM).setPair(4, 5, NOT_A_HANDLE + random.nextInt(16));
            case 4 -> service(r, OpteeFfa.CALL_WITH_ARG).setPair(4, 5, NOT_A_HANDLE).setW(6, random.nextInt());
            case 5 -> service(r, OpteeFfa.RESUME).setW(7, 1000 + random.nextInt(1000));
            default -> r.function(FfaFunction.FIRST_NUMBER | 0x8400_0000).setW(1, random.nextInt());
        }
    }

    private static SmcRegisters service(SmcRegisters r, int service) {
        return r.function(FfaFunction.DIRECT_REQUEST).setW(1, OPTEE).setW(3, service);
    }

    private void ownInterface(SmcRegisters r) {
        switch (random.nextInt(3)) {
            case 0 -> r.function(OpteeSmc.CALL_WITH_ARG).setW(1, 0).setW(2, (int) SECURE_RAM + 4096 * random.nextInt(64));
            case 1 -> r.function(OpteeSmc.CALL_WITH_ARG).setW(1, random.nextInt()).setW(2, random.nextInt() | 1);
            default -> r.function(OpteeSmc.RETURN_FROM_RPC).setW(3, 1000 + random.nextInt(1000));
        }
    }
}
