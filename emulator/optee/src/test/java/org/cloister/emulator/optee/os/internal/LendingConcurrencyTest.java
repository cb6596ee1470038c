// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.optee.testing.TestMachine.MIB;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.emulator.optee.ta.internal.SecureDataPathApplication;
import org.cloister.emulator.optee.testing.Await;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Seeds;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.BusFault;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several processors lend memory, put secrets into it and take it back, while another takes back whatever it finds and
 * reads everything: a secret is never seen, and at the end all memory is there again. They go on until one of them was
 * not interfered with.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LendingConcurrencyTest {
    private static final int WORKERS = 3;
    private static final int ROUNDS = 25;
    private static final int SECRET = 64;

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void overFfa(long seed) throws InterruptedException {
        run(seed, Boards.FFA, TestMachine.ffa());
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void overSmc(long seed) throws InterruptedException {
        run(seed, Boards.SMC, TestMachine.smc());
    }

    private static void run(long seed, Boards board, TestMachine.Plan plan) throws InterruptedException {
        try (TestMachine machine = plan.threads(WORKERS + 1).patience(Duration.ofSeconds(60)).boot();
                ExecutorService pool = Executors.newFixedThreadPool(WORKERS + 1)) {
            TeeClient first = board.client(machine);
            List<TeeClient> clients = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                clients.add(another(first, machine));
            }
            long[] blocks = new long[WORKERS];
            for (int i = 0; i < WORKERS; i++) {
                blocks[i] = machine.take(MIB);
            }
            int regions = machine.soc().firewall().budget().used();
            var done = new AtomicBoolean();
            var used = new AtomicInteger();
            List<Future<Void>> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                var worker = new Worker(machine, clients.get(i), blocks[i], new Random(seed * 31 + i), used);
                workers.add(pool.submit(worker));
            }
            Future<Void> thief = pool.submit(new Thief(machine, first, blocks, new Random(seed), done));
            try {
                for (Future<Void> worker : workers) {
                    finish(worker, seed);
                }
            } finally {
                done.set(true);
            }
            finish(thief, seed);
            assertThat(machine.soc().firewall().budget().used()).isEqualTo(regions);
            assertThat(machine.state()).doesNotContain("use-case 1").doesNotContain("ACTIVE");
            for (long block : blocks) {
                assertThat(machine.read(block, SECRET)).containsOnly(0);
            }
        }
    }

    private static void finish(Future<Void> task, long seed) throws InterruptedException {
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new AssertionError(Seeds.rerun(LendingConcurrencyTest.class, seed), e.getCause());
        }
    }

    private static TeeClient another(TeeClient first, TestMachine machine) {
        return first instanceof FfaTee ffa ? ffa.join() : SmcTee.on(machine);
    }

    /** Lends its own block again and again. */
    private record Worker(TestMachine machine, TeeClient client, long block, Random random, AtomicInteger used)
            implements Callable<Void> {
        @Override
        public Void call() {
            Memory secret = client.share(SECRET);
            byte[] bytes = new byte[SECRET];
            Arrays.fill(bytes, (byte) 0xA5);
            machine.write(secret.address(), bytes);
            int session = client.session(SecureDataPathApplication.ID);
            for (int i = 0; i < ROUNDS || used.get() == 0; i++) {
                Memory lent = lend();
                int code = client.invoke(session, random.nextBoolean() ? 0 : 3, secret.in(),
                        lent.param(Param.OUTPUT, 0, SECRET)).result();
                // somebody may have taken it back meanwhile: then it is not there, or not restricted any more
                if (code == TeeCode.SUCCESS) {
                    used.incrementAndGet();
                }
                giveBack(lent);
            }
            client.close(session);
            return null;
        }

        /** Lends; that is refused for as long as the thief's call that took the block back is not done. */
        private Memory lend() {
            if (client instanceof FfaTee ffa) {
                AtomicReference<Memory> lent = new AtomicReference<>();
                Await.until("the block can be lent", () -> {
                    ffa.tryToLend(block, MIB, 1).ifPresent(lent::set);
                    return lent.get() != null;
                });
                ffa.assign(lent.get().reference(), 1);
                return lent.get();
            }
            Memory lent = new Memory(Memory.How.COOKIE, block, MIB, block);
            Await.until("the block can be lent", () -> ((SmcTee) client).lend(lent, 1) == TeeCode.SUCCESS);
            return lent;
        }

        private void giveBack(Memory lent) {
            boolean given = false;
            while (!given) {
                given = client.giveBack(lent) || isOpen();
            }
        }

        private boolean isOpen() {
            try {
                assertThat(machine.read(block, SECRET)).containsOnly(0);
                return true;
            } catch (BusFault restricted) {
                return false;
            }
        }
    }

    /** Takes back what belongs to others, and reads all that it can. */
    private record Thief(TestMachine machine, TeeClient client, long[] blocks, Random random, AtomicBoolean done)
            implements Callable<Void> {
        @Override
        public Void call() {
            while (!done.get()) {
                long block = blocks[random.nextInt(blocks.length)];
                if (random.nextInt(4) == 0) {
                    long handle = 1L << 44 | random.nextInt(16);
                    if (client instanceof FfaTee ffa) {
                        // not of memory that others have messages or secrets in
                        if (machine.state().contains("%x READY use-case 1".formatted(handle))) {
                            ffa.giveBack(new Memory(Memory.How.HANDLE, 0, 0, handle));
                        }
                    } else {
                        ((SmcTee) client).reclaim(block);
                    }
                }
                try {
                    assertThat(machine.read(block, SECRET)).containsOnly(0);
                } catch (BusFault restricted) {
                    Thread.onSpinWait();
                }
            }
            return null;
        }
    }
}
