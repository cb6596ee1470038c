// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Supplier;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.AddressRange;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.LendingPool;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.Tenant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heaps of a memory application. They are offered while there is a trusted OS; whether the application is in it is
 * found out at the first allocation, or when somebody wants to know which of several guards the memory. Safe for use by
 * any thread.
 */
final class MtkBackend implements HeapBackend {
    static final String ID = "mtk";
    /** How errors call the application. */
    static final String APPLICATION = "the memory application";

    private static final Logger LOG = LoggerFactory.getLogger(MtkBackend.class);
    private static final long PAGE = 4096;
    private static final Duration FAREWELL = Duration.ofMinutes(1);

    private final Optional<Binding> binding;
    private final Settings settings;
    private final TeeSource tees;
    private final Tenant tenant;
    private final Supplier<List<ContiguousArea>> areas;
    private final PoolTimer timer;
    private final Runnable onEnd;
    private volatile Optional<BackendHost> host = Optional.empty();
    private final Set<Pool> pools = new CopyOnWriteArraySet<>(); // in order, so that the same run says the same
    private Optional<Application> application = Optional.empty(); // guarded by this, as are the next
    private volatile boolean retired;
    private boolean parting;
    private boolean ended;

    /**
     * What is configured.
     *
     * @param application the uuid of the application, if it is configured
     * @param numbering which commands it knows
     * @param secureVideo which memory also serves {@code protected,secure-video}
     * @param idle how long blocks without buffers are kept
     * @param problem why nothing can be served whatever happens; empty when all is well
     */
    record Settings(Optional<UUID> application, Numbering numbering, SecureVideo secureVideo, Duration idle,
            Optional<String> problem) {
        /** Takes a configuration; what is wrong with it is a problem. */
        static Settings of(MtkConfiguration configuration) {
            String uuid = configuration.application_uuid().strip();
            Optional<UUID> application = Optional.empty();
            Optional<String> problem = Optional.empty();
            try {
                application = uuid.isEmpty() ? application : Optional.of(UUID.fromString(uuid));
            } catch (IllegalArgumentException e) {
                problem = Optional.of("application.uuid \"" + uuid + "\" is no uuid");
            }
            return new Settings(application, configuration.numbering(), configuration.secure_video(),
                    Duration.ofMillis(Math.max(0, configuration.idle_time_ms())), problem);
        }
    }

    /**
     * Serves what a device tree tells of.
     *
     * @param tenant this driver, among those that may have the application; closed with the backend
     * @param timer the time that idle blocks go by
     * @param onEnd run once, when it was retired and nothing is left
     */
    MtkBackend(Optional<Binding> binding, Settings settings, TeeSource tees, Tenant tenant,
            Supplier<List<ContiguousArea>> areas, PoolTimer timer, Runnable onEnd) {
        this.binding = binding;
        this.settings = settings;
        this.tees = tees;
        this.tenant = tenant;
        this.areas = areas;
        this.timer = timer;
        this.onEnd = onEnd;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public void connected(BackendHost core) {
        host = Optional.of(core);
    }

    @Override
    public void disconnected() {
        host = Optional.empty();
    }

    /** A trusted OS, or an area, came or went. */
    void changed() {
        host.ifPresent(BackendHost::offersChanged);
        if (retired) {
            Thread.ofVirtual().name("cloister-mtk-end").start(this::tryToEnd); // calls firmware, which takes a while
        }
    }

    @Override
    public List<PoolOffer> offers() {
        if (binding.isEmpty()) {
            return List.of();
        }
        List<PoolOffer> offers = new ArrayList<>();
        for (MemoryType type : MemoryType.values()) {
            offers.add(offer(type.heap(), type));
        }
        settings.secureVideo.type().ifPresent(type -> offers.add(offer(UseCase.SECURE_VIDEO.heapName(), type)));
        return offers;
    }

    private PoolOffer offer(String heap, MemoryType type) {
        Optional<PoolOffer.Refusal> no = obstacle(type);
        return new PoolOffer(heap, UseCase.SECURE_VIDEO, Set.of(), no);
    }

    private Optional<PoolOffer.Refusal> obstacle(MemoryType type) {
        Binding told = binding.orElseThrow();
        if (settings.problem.isPresent()) {
            return refusal(settings.problem.get(), "correct the configuration " + MtkConfiguration.PID);
        }
        if (tees.current().isEmpty()) {
            return refusal("there is no trusted OS now, and its memory application has the memory",
                    "start the backend of a trusted OS");
        }
        if (type == MemoryType.CM_TZ) {
            return told.carveOut().isPresent() ? Optional.empty() : refusal(
                    "the device tree has no memory that is protected at boot", "add a node \"" + Binding.CARVE_OUT + "\"");
        }
        Optional<ContiguousArea> area = area();
        if (area.isEmpty()) {
            return refusal("the device tree has no contiguous memory to hand over",
                    "add a node \"" + Binding.AREA + "\" that is reusable");
        }
        return MemoryTa.fits(range(area.get())) ? Optional.empty() : refusal(
                "%s reaches beyond 32 bits, and the memory application takes numbers of 32 bits".formatted(
                        range(area.get())), "place it below 4 GiB");
    }

    private static Optional<PoolOffer.Refusal> refusal(String why, String remedy) {
        return Optional.of(new PoolOffer.Refusal(why, remedy));
    }

    private Optional<ContiguousArea> area() {
        return binding.flatMap(Binding::area).flatMap(name -> areas.get().stream()
                .filter(area -> area.name().equals(name)).findFirst());
    }

    private static AddressRange range(ContiguousArea area) {
        return new AddressRange(area.base(), area.size());
    }

    /**
     * {@inheritDoc} Talks to nobody: the session is opened when memory is first wanted.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for what is not offered, {@code BUSY} while buffers are live that
     *     were lost with a trusted OS that was restarted, {@code UNAVAILABLE} while core is not connected
     */
    @Override
    public Pool open(PoolOffer offer) {
        BackendHost core = host.orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, "open heap " + offer.heap(),
                "backend " + ID, "core is not connected", "connect it first"));
        if (offer.refusal().isPresent() || !offers().contains(offer)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "open heap " + offer.heap(), "backend " + ID,
                    "it does not offer that", "open one of its offers that is no refusal");
        }
        MemoryType type = offer.heap().equals(MemoryType.CM_TZ.heap()) ? MemoryType.CM_TZ
                : offer.heap().equals(MemoryType.CM_CMA.heap()) ? MemoryType.CM_CMA
                : settings.secureVideo.type().orElseThrow();
        synchronized (this) {
            Application current = application("open heap " + offer.heap());
            Pool pool = settings.numbering == Numbering.CURRENT
                    ? open(offer.heap(), type, current.buffers(), core)
                    : openLegacy(offer.heap(), type, current.loans(), core);
            pools.add(pool);
            return pool;
        }
    }

    /**
     * Regions of single devices, in the application as it is now.
     *
     * @throws HeapException {@code NOT_SUPPORTED} when there are none; {@code BUSY} as for {@link #open}
     */
    synchronized TaRegions regions() {
        String what = "protect memory for a device";
        if (binding.isEmpty() || settings.problem.isPresent() || settings.numbering != Numbering.CURRENT) {
            throw new HeapException(HeapError.NOT_SUPPORTED, what, "backend " + ID, settings.problem.orElse(
                    binding.isEmpty() ? "the device tree tells of no restricted memory"
                            : "a memory application of the legacy numbering has no such command"),
                    "use a heap");
        }
        return application(what).regions().orElseThrow(() -> new HeapException(HeapError.NOT_SUPPORTED, what,
                "backend " + ID, "the device tree has no contiguous memory to hand over", "use a heap"));
    }

    private Application application(String what) {
        if (application.filter(Application::isDead).isPresent()) {
            if (!pools.isEmpty()) {
                throw new HeapException(HeapError.BUSY, what, "backend " + ID,
                        "buffers are live that were lost when the trusted OS was restarted", "wait for their release");
            }
            application = Optional.empty();
        }
        if (application.isEmpty()) {
            application = Optional.of(Application.of(new TaSession(tees, settings.application), tenant, binding.orElseThrow(),
                    area(), new IdleTime(settings.idle, timer), this::died));
        }
        return application.get();
    }

    private Pool open(String heap, MemoryType type, TaBuffers buffers, BackendHost core) {
        Optional<ContiguousArea> area = area();
        TaPool.Budget budget = type == MemoryType.CM_TZ
                ? new TaPool.Budget(binding.orElseThrow().carveOut().map(range -> OptionalLong.of(range.size()))
                        .orElse(OptionalLong.empty()), () -> 0)
                : new TaPool.Budget(OptionalLong.of(area.orElseThrow().size()), area.orElseThrow()::free);
        var self = new Pool[1];
        self[0] = new TaPool(heap, type, attributes(type, false), buffers, budget, core, () -> closed(self[0]));
        return self[0];
    }

    /** Of contiguous memory a chunk without buffers is kept for a while, as blocks are. */
    private Pool openLegacy(String heap, MemoryType type, TaLoans loans, BackendHost core) {
        var self = new Pool[1];
        Runnable onReleased = () -> closed(self[0]);
        AddressRange all = type == MemoryType.CM_TZ ? binding.orElseThrow().carveOut().orElseThrow()
                : range(area().orElseThrow());
        LegacyLender lender = type == MemoryType.CM_TZ
                ? LegacyLender.of(loans, all, onReleased)
                : LegacyLender.of(loans, area().orElseThrow(), onReleased);
        long chunk = type == MemoryType.CM_TZ ? all.size() : Math.min(4 * Blocks.UNIT, all.size());
        boolean keeps = type == MemoryType.CM_CMA && settings.idle.isPositive();
        LendingPolicy policy = LendingPolicy.of(chunk, PAGE)
                .keeping(keeps ? 1 : 0, keeps ? settings.idle : Duration.ofSeconds(1));
        self[0] = new LendingPool(heap, attributes(type, true), lender, policy, timer, core);
        return self[0];
    }

    private HeapAttributes attributes(MemoryType type, boolean legacy) {
        Binding told = binding.orElseThrow();
        AddressRange range = type == MemoryType.CM_TZ ? told.carveOut().orElseThrow() : range(area().orElseThrow());
        HeapAttributes.Builder attributes = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
                .cpuAccess(Access.NONE).granularity(PAGE)
                .contiguous(legacy).zeroing(legacy ? Zeroing.NOBODY : Zeroing.SECURE_WORLD)
                .addressBits(range.addressBits());
        (type == MemoryType.CM_TZ ? told.carveOutGrants() : told.areaGrants()).ifPresent(attributes::grants);
        return attributes.build();
    }

    /** The application was restarted: what the pools have is lost. */
    private void died(String why) {
        if (!pools.isEmpty()) {
            LOG.error("The memory application of MediaTek was restarted; {} pools are lost", pools.size());
        }
        host.ifPresent(core -> pools.forEach(pool -> core.failed(pool, why)));
    }

    private void closed(Pool pool) {
        boolean lost;
        synchronized (this) {
            pools.remove(pool);
            lost = pools.isEmpty() && application.filter(Application::isDead).isPresent();
        }
        if (retired) {
            tryToEnd();
        }
        if (lost) {
            changed();
        }
    }

    /** Nothing is opened any more; it ends with the last pool, and when the application has given all back. */
    void retire() {
        retired = true;
        tryToEnd();
    }

    /** What the application could not give back is tried again whenever a trusted OS comes, for a while. */
    private void tryToEnd() {
        Optional<Application> ending;
        synchronized (this) {
            if (ended || !pools.isEmpty()) {
                return;
            }
            ending = application;
        }
        ending.map(Application::buffers).ifPresent(TaBuffers::retryStuckNow);
        boolean left = ending.map(Application::buffers).filter(TaBuffers::hasStuck).isPresent();
        boolean first;
        synchronized (this) {
            first = left && !parting;
            parting = true;
        }
        if (first) {
            timer.schedule(FAREWELL.toNanos(), this::giveUp);
        } else if (!left) {
            end(ending);
        }
    }

    private void giveUp() {
        LOG.error("The memory application of MediaTek keeps memory that it could not give back");
        Optional<Application> ending;
        synchronized (this) {
            ending = application;
        }
        end(ending);
    }

    private void end(Optional<Application> ending) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        ending.map(Application::link).ifPresent(TaLink::close);
        tenant.close();
        tees.close();
        onEnd.run();
    }
}
