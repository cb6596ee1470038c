// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** What is wrong with the life of pools. Stateless. */
final class LifeFlaws {
    private LifeFlaws() {}

    private static HeapException refusal(HeapError error) {
        return new HeapException(error, "destroy", "a wrong pool", "it is wrong", "correct it");
    }

    static List<Flaw> all() {
        return List.of(
                Flaw.ofPools("attributes-change", "PoolLifeChecks.attributesNeverChange", (right, _) ->
                        new ForwardingPool(right) {
                            private final AtomicInteger live = new AtomicInteger();

                            @Override
                            public PoolBuffer allocate(long size, long alignment) {
                                PoolBuffer buffer = super.allocate(size, alignment);
                                live.incrementAndGet();
                                return buffer;
                            }

                            @Override
                            public HeapAttributes attributes() {
                                HeapAttributes a = super.attributes();
                                return live.get() == 0 ? a : changed(a);
                            }
                        }),
                Flaw.ofPools("busy-as-not-supported", "PoolLifeChecks.aPoolInUseIsNotDestroyed", (right, _) ->
                        new ForwardingPool(right) {
                            @Override
                            public void destroy() {
                                try {
                                    super.destroy();
                                } catch (HeapException e) {
                                    throw e.error() == HeapError.BUSY ? refusal(HeapError.NOT_SUPPORTED) : e;
                                }
                            }
                        }),
                Flaw.ofPools("gone-though-busy", "PoolLifeChecks.aRefusedDestructionChangesNothing", (right, _) ->
                        new ForwardingPool(right) {
                            private volatile boolean refused;

                            @Override
                            public void destroy() {
                                try {
                                    super.destroy();
                                } catch (HeapException e) {
                                    refused = true;
                                    throw e;
                                }
                            }

                            @Override
                            public PoolBuffer allocate(long size, long alignment) {
                                if (refused) {
                                    throw refusal(HeapError.CLOSED);
                                }
                                return super.allocate(size, alignment);
                            }
                        }));
    }

    private static HeapAttributes changed(HeapAttributes a) {
        HeapAttributes.Builder builder = HeapAttributes.builder().enforcement(a.enforcement()).cpuAccess(a.cpuAccess())
                .contiguous(a.contiguous()).granularity(a.granularity()).zeroing(a.zeroing())
                .addressBits(a.addressBits() + 1).movable(a.movable());
        a.grants().ifPresent(builder::grants);
        return builder.build();
    }
}
