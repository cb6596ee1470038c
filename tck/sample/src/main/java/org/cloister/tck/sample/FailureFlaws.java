// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.UnaryOperator;
import org.cloister.backend.BackendHost;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;

/** What is wrong once firmware has refused. Stateless. */
final class FailureFlaws {
    private FailureFlaws() {}

    /** Keeps from core what is quarantined. A proxy: who implements the interface is bound to its version. */
    private static BackendHost silent(BackendHost core) {
        return (BackendHost) Proxy.newProxyInstance(BackendHost.class.getClassLoader(),
                new Class<?>[] {BackendHost.class},
                (_, method, arguments) -> method.getName().equals("quarantined") ? null
                        : method.invoke(core, arguments));
    }

    private static Flaw onVideo(String name, String caughtBy, UnaryOperator<Pool> change) {
        return Flaw.ofPools(name, caughtBy, (right, setting) ->
                setting.offer().useCase().equals(UseCase.SECURE_VIDEO) ? change.apply(right) : right);
    }

    private static HeapException refusal(HeapError error) {
        return new HeapException(error, "use", "a wrong pool", "firmware refused once", "correct it");
    }

    static List<Flaw> all() {
        return List.of(
                onVideo("refusal-as-closed", "FailureChecks.aRefusedAllocationFailsInOrder", right ->
                        new ForwardingPool(right) {
                            @Override
                            public PoolBuffer allocate(long size, long alignment) {
                                try {
                                    return super.allocate(size, alignment);
                                } catch (HeapException e) {
                                    throw e.error() == HeapError.FIRMWARE_REFUSED ? refusal(HeapError.CLOSED) : e;
                                }
                            }
                        }),
                onVideo("gives-up", "FailureChecks.thePoolRecovers", right -> new ForwardingPool(right) {
                    private volatile boolean refused;

                    @Override
                    public PoolBuffer allocate(long size, long alignment) {
                        if (refused) {
                            throw refusal(HeapError.UNAVAILABLE);
                        }
                        try {
                            return super.allocate(size, alignment);
                        } catch (HeapException e) {
                            refused = e.error() == HeapError.FIRMWARE_REFUSED;
                            throw e;
                        }
                    }
                }),
                onVideo("quarantine-uncounted", "FailureChecks.whatIsToldIsCounted FailureChecks.whatIsLostIsCounted "
                        + "FailureChecks.aRetryHealsOrSaysThatItCannot", right -> new ForwardingPool(right) {
                            @Override
                            public PoolUsage usage() {
                                return super.usage().quarantined(0);
                            }
                        }),
                Flaw.ofHost("quarantine-untold", "FailureChecks.whatIsToldIsCounted FailureChecks.quarantineIsReported",
                        FailureFlaws::silent),
                onVideo("retry-of-nothing", "FailureChecks.aRetryOfNothingDoesNothing "
                        + "FailureChecks.aRetryHealsOrSaysThatItCannot", right -> new ForwardingPool(right) {
                            @Override
                            public long retryQuarantined() {
                                return usage().quarantined() == 0 ? 4096 : super.retryQuarantined();
                            }
                        }));
    }
}
