// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.sample;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.SecureCopier;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;

/** What is wrong with what a pool says of itself. Stateless. */
final class AttributeFlaws {
    private AttributeFlaws() {}

    private static Pool telling(Pool right, Consumer<HeapAttributes.Builder> change) {
        HeapAttributes a = right.attributes();
        HeapAttributes.Builder builder = HeapAttributes.builder().enforcement(a.enforcement()).cpuAccess(a.cpuAccess())
                .contiguous(a.contiguous()).granularity(a.granularity()).zeroing(a.zeroing())
                .addressBits(a.addressBits()).movable(a.movable());
        a.grants().ifPresent(builder::grants);
        change.accept(builder);
        HeapAttributes told = builder.build();
        return new ForwardingPool(right) {
            @Override
            public HeapAttributes attributes() {
                return told;
            }
        };
    }

    private static Flaw onVideo(String name, String caughtBy, UnaryOperator<Pool> change) {
        return Flaw.ofPools(name, caughtBy, (right, setting) ->
                setting.offer().useCase().equals(UseCase.SECURE_VIDEO) ? change.apply(right) : right);
    }

    private static Flaw usage(String name, String caughtBy, UnaryOperator<PoolUsage> change) {
        return onVideo(name, caughtBy, right -> new ForwardingPool(right) {
            @Override
            public PoolUsage usage() {
                return change.apply(super.usage());
            }
        });
    }

    static List<Flaw> all() {
        return List.of(
                onVideo("movable-without-copier", "AttributeChecks.movableMeansThatThereIsACopier",
                        right -> telling(right, told -> told.movable(true))),
                onVideo("copier-without-movable", "AttributeChecks.movableMeansThatThereIsACopier "
                        + "CopyChecks.aCopierDoesNotReachUnknownPools CopyChecks.aCopyToNowhereIsRefused "
                        + "CopyChecks.whatIsCopiedArrives", right -> new ForwardingPool(right) {
                            @Override
                            public Optional<SecureCopier> copier() {
                                return Optional.of(new SecureCopier() {
                                    @Override
                                    public boolean reaches(Pool target) {
                                        return false;
                                    }

                                    @Override
                                    public void copy(PoolBuffer from, Pool target, PoolBuffer to) {
                                        throw new HeapException(HeapError.NOT_SUPPORTED, "copy", "nowhere", "no", "no");
                                    }
                                });
                            }
                        }),
                onVideo("copier-reaches-all", "CopyChecks.aCopierDoesNotReachUnknownPools "
                        + "CopyChecks.whatIsCopiedArrives", right -> new ForwardingPool(
                                telling(right, told -> told.movable(true))) {
                            @Override
                            public Optional<SecureCopier> copier() {
                                return Optional.of(new SecureCopier() {
                                    @Override
                                    public boolean reaches(Pool target) {
                                        return true;
                                    }

                                    @Override
                                    public void copy(PoolBuffer from, Pool target, PoolBuffer to) {
                                        throw new HeapException(HeapError.NOT_SUPPORTED, "copy", "nowhere", "no", "no");
                                    }
                                });
                            }
                        }),
                onVideo("grant-of-nothing", "AttributeChecks.grantsGrantSomething", right -> telling(right,
                        told -> told.grants(Map.of("video-decoder", Access.READ_WRITE, "display", Access.READ,
                                "network", Access.NONE)))),
                onVideo("grant-too-much", "AttributeChecks.grantedReadersRead", right -> telling(right,
                        told -> told.grants(Map.of("video-decoder", Access.READ_WRITE, "display", Access.READ,
                                "network", Access.READ)))),
                onVideo("grant-too-much-writing", "AttributeChecks.grantedWritersWrite "
                        + "DrainChecks.contentSurvives", right -> telling(right,
                        told -> told.grants(Map.of("video-decoder", Access.READ_WRITE, "display", Access.READ_WRITE)))),
                usage("largest-of-nothing", "AttributeChecks.figuresOfUsageComeTogether",
                        right -> new PoolUsage(right.capacity(), right.free(), OptionalLong.empty(),
                                right.quarantined(), right.regionsUsed(), right.regionsLeft())),
                usage("regions-used-only", "RegionChecks.regionsAreToldTogether",
                        right -> new PoolUsage(right.capacity(), right.free(), right.largestFree(), right.quarantined(),
                                right.regionsUsed(), OptionalInt.empty())),
                usage("regions-never-used", "RegionChecks.liveMemoryIsInARegion RegionChecks.usedAndLeftAddUp",
                        right -> right.regions(0, right.regionsLeft().orElse(0))),
                onVideo("tee-of-nobody", "TeeMemoryChecks.theTrustedOsIsToldWhere "
                        + "TeeMemoryChecks.aPhysicalPlaceIsTheBuffers TeeMemoryChecks.aPlaceStays "
                        + "TeeMemoryChecks.differentBuffersHaveDifferentPlaces", right -> new ForwardingPool(right) {
                    @Override
                    public TeeMemory teeMemory(PoolBuffer buffer) {
                        super.teeMemory(buffer);
                        throw new HeapException(HeapError.NOT_SUPPORTED, "show", "a buffer", "it is wrong",
                                "correct it");
                    }
                }),
                Flaw.ofPools("tee-elsewhere", "TeeMemoryChecks.aPhysicalPlaceIsTheBuffers", (right, _) ->
                        new ForwardingPool(right) {
                            @Override
                            public TeeMemory teeMemory(PoolBuffer buffer) {
                                TeeMemory place = super.teeMemory(buffer);
                                return place instanceof TeeMemory.Physical there
                                        ? new TeeMemory.Physical(there.tee(), there.address() + 64) : place;
                            }
                        }),
                onVideo("tee-same-place", "TeeMemoryChecks.differentBuffersHaveDifferentPlaces",
                        right -> new ForwardingPool(right) {
                            @Override
                            public TeeMemory teeMemory(PoolBuffer buffer) {
                                super.teeMemory(buffer);
                                return new TeeMemory.Parent("sample", 1, 0);
                            }
                        }));
    }
}
