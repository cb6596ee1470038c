// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.tck.machine.SmallMachine;

/** What is wrong with keeping memory from others. Stateless. */
final class ProtectionFlaws {
    private static final long INTERFACE_SIZE = 1 << 20;

    private ProtectionFlaws() {}

    private static Flaw onInterface(String name, String caughtBy, BiFunction<Pool, SmallMachine, Pool> change) {
        return Flaw.ofPools(name, caughtBy, (right, setting) -> setting.offer().useCase().equals(UseCase.TRUSTED_UI)
                ? change.apply(right, setting.machine()) : right);
    }

    /** The firewall grants more than the pool says. */
    private static Flaw open(String name, String caughtBy, Map<String, Access> grants) {
        AtomicBoolean open = new AtomicBoolean();
        return onInterface(name, caughtBy, (right, machine) -> {
            if (!open.getAndSet(true)) {
                machine.release(SmallMachine.BASE);
                machine.protect(SmallMachine.BASE, INTERFACE_SIZE, grants);
            }
            return right;
        });
    }

    static List<Flaw> all() {
        return List.of(
                open("open-to-writers", "DenyChecks.whoIsNotGrantedWritingChangesNothing",
                        Map.of("cpu", Access.WRITE, "display", Access.READ_WRITE, "network", Access.WRITE)),
                open("open-to-readers", "DenyChecks.whoIsNotGrantedReadingSeesNothing "
                        + "DenyChecks.largeBuffersAreKeptFromEndToEnd DenyChecks.liveMemoryStaysClosedWhenNeighboursGo "
                        + "DenyChecks.nothingIsFoundAfterAFree DenyChecks.nothingIsFoundAfterDestruction",
                        Map.of("cpu", Access.WRITE, "display", Access.READ_WRITE, "network", Access.READ)),
                open("open-to-the-cpu", "DenyChecks.theCpuSeesNothing DenyChecks.theCpuIsBlocked "
                        + "DenyChecks.largeBuffersAreKeptFromEndToEnd DenyChecks.liveMemoryStaysClosedWhenNeighboursGo "
                        + "DenyChecks.nothingIsFoundAfterAFree DenyChecks.nothingIsFoundAfterDestruction "
                        + "DenyChecks.accessesThatStraddleAreBlocked DenyChecks.theCpuSeesNothingWhileMemoryGoesBack "
                        + "DenyChecks.liveMemoryStaysClosedWhileThePoolGrows FailureChecks.nothingLeaksWhenAStepFails "
                        + "DrainChecks.liveBuffersStayClosed RevokeChecks.nothingIsFoundAfterARevocation",
                        Map.of("cpu", Access.READ_WRITE, "display", Access.READ_WRITE)),
                onInterface("not-cleared", "AttributeChecks.clearedMemoryIsBlank", (right, _) ->
                        new ForwardingPool(right) {
                            private volatile long left;

                            @Override
                            public void free(PoolBuffer buffer) {
                                left = buffer.address(0);
                                super.free(buffer);
                            }

                            @Override
                            public PoolBuffer allocate(long size, long alignment) {
                                PoolBuffer buffer = super.allocate(size, alignment);
                                if (left == buffer.address(0)) {
                                    write(buffer, 0, MemorySegment.ofArray("left".getBytes(StandardCharsets.US_ASCII)));
                                }
                                return buffer;
                            }
                        }));
    }
}
