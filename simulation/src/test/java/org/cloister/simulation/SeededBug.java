// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.core.internal.SimulatedCore;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.device.CryptoEngine;
import org.cloister.platform.device.CryptoEvent;
import org.cloister.platform.device.CryptoJob;
import org.cloister.platform.device.CryptoListener;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.DecoderListener;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoDecoder;
import org.cloister.pool.Tenancies;

/** Bugs, one or two for each promise, as somebody could make them. */
enum SeededBug {
    /** Firmware lets the CPU read what it protects. */
    CPU_MAY_READ(1, new Hooks() {
        @Override
        public SecureWorld secureWorld(SecureWorld world, Scheduler scheduler) {
            Initiator cpu = world.soc().initiator(Initiator.CPU);
            return firewall(world, (update, timeout) -> world.program(new FirewallUpdate(update.set().stream()
                    .map(one -> granting(one, one.rights().with(cpu, Access.READ))).toList(), update.remove()), timeout));
        }
    }),
    /** Firmware gives memory back as it is. */
    NOT_SCRUBBED(1, new Hooks() {
        @Override
        public SecureWorld secureWorld(SecureWorld world, Scheduler scheduler) {
            return proxy(SecureWorld.class, world, Map.of("memory", arguments -> {
                PhysicalMemory memory = world.memory((String) arguments[0]);
                return proxy(PhysicalMemory.class, memory, Map.of("fill", ignored -> null));
            }));
        }
    }),
    /** A backend takes memory for one use case from the pool of another. */
    USE_CASES_MIXED(2, new Hooks() {
        @Override
        public HeapBackend backend(HeapBackend backend) {
            Map<UseCase, Pool> pools = new HashMap<>();
            Set<Object> borrowed = new HashSet<>();
            return proxy(HeapBackend.class, backend, Map.of("open", arguments -> {
                PoolOffer offer = (PoolOffer) arguments[0];
                Pool own = backend.open(offer);
                pools.put(offer.useCase(), own);
                return !offer.useCase().equals(UseCase.TRUSTED_UI) ? own : proxy(Pool.class, own, Map.of(
                        "allocate", wanted -> {
                            Pool other = pools.getOrDefault(UseCase.SECURE_VIDEO, own);
                            PoolBuffer buffer = other.allocate((long) wanted[0], (long) wanted[1]);
                            borrowed.add(buffer);
                            return buffer;
                        },
                        "free", freed -> {
                            boolean other = borrowed.remove(freed[0]) && pools.containsKey(UseCase.SECURE_VIDEO);
                            (other ? pools.get(UseCase.SECURE_VIDEO) : own).free((PoolBuffer) freed[0]);
                            return null;
                        }));
            }));
        }
    }),
    /** A bus lets go on what was under way: its windows are no leases. */
    NO_LEASES(3, new Hooks() {
        @Override
        public PhysicalMemory strangersMemory(PhysicalMemory memory) {
            return proxy(PhysicalMemory.class, memory, Map.of("open", arguments -> {
                Window window = memory.open((long) arguments[0], (long) arguments[1], (Access) arguments[2]);
                window.close();
                return window;
            }));
        }
    }),
    /** A name is gone for a moment. */
    LOOKUP_FAILS(4, new Hooks() {
        private int calls;

        @Override
        public Heaps heaps(Heaps heaps) {
            return proxy(Heaps.class, heaps, Map.of("find", arguments ->
                    ++calls % 100 == 0 ? Optional.empty() : heaps.find((String) arguments[0])));
        }
    }),
    /** Devices are not told that their memory is taken away. */
    IMPORTERS_NOT_TOLD(5, new Hooks() {
        @Override
        public Importers importers(Importers importers) {
            return proxy(Importers.class, importers, Map.of("attach", arguments -> {
                Importer importer = proxy(Importer.class, (Importer) arguments[1], Map.of("invalidated", told -> null));
                return importers.attach((DmaBuf) arguments[0], importer, (Access) arguments[2]);
            }));
        }
    }),
    /** A driver says that its device has stopped, and does not look. */
    DEVICE_GOES_ON(5, new Hooks() {
        @Override
        public Importers driversImporters(String driver, Importers importers) {
            return proxy(Importers.class, importers, Map.of("attach", arguments -> {
                Importer importer = proxy(Importer.class, (Importer) arguments[1], Map.of("invalidated", told -> null));
                return importers.attach((DmaBuf) arguments[0], importer, (Access) arguments[2]);
            }));
        }
    }),
    /** A crypto engine says that a job has failed, and goes on with it. */
    CRYPTO_ENGINE_GOES_ON(5, new Hooks() {
        @Override
        public CryptoEngine crypto(CryptoEngine engine) {
            return proxy(CryptoEngine.class, engine, Map.of("submit", job -> {
                long cookie = (long) job[0];
                var listener = (CryptoListener) job[2];
                engine.submit(cookie, (CryptoJob) job[1], listener);
                listener.on(new CryptoEvent.Failed(cookie, HeapError.FAULT, "it says"));
                return null;
            }));
        }
    }),
    /** A decoder says that it gives memory back, and works in it. */
    DECODER_KEEPS_MEMORY(5, new Hooks() {
        @Override
        public VideoDecoder decoder(VideoDecoder decoder) {
            return proxy(VideoDecoder.class, decoder, Map.of("open", opened -> {
                var listener = (DecoderListener) opened[2];
                DecoderSession session = decoder.open((StreamFormat) opened[0], (DecoderFirmware) opened[1], listener);
                return proxy(DecoderSession.class, session, Map.of("takeBack", taken -> {
                    listener.on(new DecoderEvent.MemoryReturned((long) taken[0]));
                    return null;
                }));
            }));
        }
    }),
    /** The driver of the GPU does not take from it what is taken away. */
    GPU_GOES_ON(5, new Hooks() {
        @Override
        public Importers driversImporters(String driver, Importers importers) {
            return !driver.equals("gpu") ? importers : proxy(Importers.class, importers, Map.of("attach", arguments -> {
                Importer importer = proxy(Importer.class, (Importer) arguments[1], Map.of("invalidated", told -> null));
                Attachment attachment = importers.attach((DmaBuf) arguments[0], importer, (Access) arguments[2]);
                return proxy(Attachment.class, attachment, Map.of("map", wanted -> proxy(Mapping.class,
                        attachment.map((Access) wanted[0], (Duration) wanted[1]), Map.of("isValid", asked -> true))));
            }));
        }
    }),
    /** The driver of the GPU takes protected pictures in normal mode. */
    GPU_TAKES_ALL(1, new Hooks() {
        @Override
        public Importers driversImporters(String driver, Importers importers) {
            return !driver.equals("gpu") ? importers : proxy(Importers.class, importers, Map.of("attach", arguments -> {
                Importer importer = proxy(Importer.class, (Importer) arguments[1], Map.of(
                        "initiator", asked -> "gpu-protected", "constraints", asked -> Constraints.builder().build()));
                return importers.attach((DmaBuf) arguments[0], importer, (Access) arguments[2]);
            }));
        }
    }),
    /** The driver of the GPU forgets what it has taken. */
    GPU_MEMORY_LEAKS(7, new Hooks() {
        @Override
        public ContiguousArea gpuArea(ContiguousArea area) {
            return proxy(ContiguousArea.class, area, Map.of("release", released -> null));
        }
    }),
    /** What firmware refuses to give back is taken for given back. */
    RECLAIM_NOT_HEEDED(6, new Hooks() {
        @Override
        public SmcConduit conduit(SmcConduit conduit, Scheduler scheduler) {
            return r -> {
                boolean reclaim = FfaFunction.narrow(r.w(0)) == FfaFunction.MEM_RECLAIM
                        && r.w(2) == 0x1000; // else the handle is not one that firmware gives
                conduit.call(r);
                if (reclaim && FfaFunction.narrow(r.w(0)) == FfaFunction.ERROR) {
                    r.function(FfaFunction.SUCCESS);
                }
            };
        }
    }),
    /** Drivers talk to a device that another one still has. */
    DEVICE_SHARED(6, new Hooks() {
        @Override
        public Tenancies tenancies(Tenancies tenancies) {
            return new Tenancies();
        }

        @Override
        public List<String> backends(List<String> backends) {
            return backends.contains("mtk") ? List.of("mtk") : backends; // it has such a device
        }

        @Override
        public List<String> names(List<String> heaps) {
            return heaps.stream().filter(heap -> heap.startsWith("restricted_mtk") || heap.equals(World.VIDEO)).toList();
        }
    }),
    /** A bundle stops, and nobody cares what it left. */
    STOP_NOT_HEARD(7, new Hooks() {
        @Override
        public void stop(String bundle, SimulatedCore core) {
            core.forget(bundle);
        }
    }),
    /** Firmware spends a region on each page. */
    REGIONS_WASTED(8, new Hooks() {
        @Override
        public SecureWorld secureWorld(SecureWorld world, Scheduler scheduler) {
            return firewall(world, (update, timeout) -> world.program(new FirewallUpdate(update.set().stream()
                    .map(one -> FirewallRegion.foreground(one.name(), one.base(), 0x1_0000, one.rights())).toList(),
                    update.remove()), timeout));
        }
    }),
    /** Firmware takes a descriptor of no bytes. */
    LENGTH_NOT_CHECKED(9, new Hooks() {
        @Override
        public SmcConduit conduit(SmcConduit conduit, Scheduler scheduler) {
            return r -> {
                boolean nothing = FfaFunction.narrow(r.w(0)) == FfaFunction.MEM_LEND && r.w(1) == 0;
                conduit.call(r);
                if (nothing) {
                    r.function(FfaFunction.SUCCESS);
                }
            };
        }
    }),
    /** Something waits by the machine's clock. */
    REAL_TIME(10, new Hooks() {
        @Override
        public SmcConduit conduit(SmcConduit conduit, Scheduler scheduler) {
            return r -> {
                LockSupport.parkNanos(Duration.ofNanos(1000).toNanos());
                conduit.call(r);
            };
        }
    });

    private final int promise;
    private final Hooks hooks;

    SeededBug(int promise, Hooks hooks) {
        this.promise = promise;
        this.hooks = hooks;
    }

    int promise() {
        return promise;
    }

    Hooks hooks() {
        return hooks;
    }

    private interface Call {
        Object answer(Object[] arguments);
    }

    private interface Program {
        void run(FirewallUpdate update, Duration timeout);
    }

    private static FirewallRegion granting(FirewallRegion region, Rights rights) {
        return new FirewallRegion(region.name(), region.background(), region.base(), region.size(), rights);
    }

    private static SecureWorld firewall(SecureWorld world, Program program) {
        return proxy(SecureWorld.class, world, Map.of("program", arguments -> {
            program.run((FirewallUpdate) arguments[0], (Duration) arguments[1]);
            return null;
        }));
    }

    /** Does some methods in another way. */
    private static <T> T proxy(Class<T> type, T behind, Map<String, Call> instead) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> {
                    Call call = instead.get(method.getName());
                    if (call != null) {
                        return call.answer(arguments);
                    }
                    try {
                        return method.invoke(behind, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
