// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attacks buffers: as the CPU, through the API and on the bus, and as every other initiator of the normal world, in
 * each way that its heap does not grant. A probe that is not stopped is a breach; where memory is encrypted, one that
 * gets anything but ciphertext.
 *
 * <p>Safe for use by any thread.
 */
public final class Prober implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
    private static final Set<HeapError> REFUSED = Set.of(HeapError.CPU_ACCESS_DENIED);
    private static final Set<HeapError> REFUSED_OR_GONE =
            Set.of(HeapError.CPU_ACCESS_DENIED, HeapError.CLOSED, HeapError.REVOKED);
    private static final Duration MAP_BUDGET = Duration.ofSeconds(1);

    private final Soc soc;
    private final Heap heap;
    private final Set<String> devices;
    private final Importers importers;
    private final Map<String, Threat> threats = new ConcurrentHashMap<>(); // by backend
    private final RandomGenerator random; // guarded by itself
    private final ProbeTally tally = new ProbeTally();
    private final AtomicLong turn = new AtomicLong();
    private final Map<Long, List<Target>> live = new ConcurrentHashMap<>(); // by buffer id
    private final Map<Long, Origin> origins = new ConcurrentHashMap<>(); // of those
    private final Set<Target> freed = ConcurrentHashMap.newKeySet();
    private final Lock books = new ReentrantLock(); // guards that memory is either live or freed
    private final Condition released = books.newCondition(); // some that was freed went back
    private final Registration watch;

    /** What nobody must be able to do to the memory of a backend, and who reads it in vain where it is encrypted. */
    private record Threat(List<Attack> attacks, Optional<Eavesdropper> eavesdropper) {}

    /** A buffer, and whose memory it was in when it was learned. */
    private record Origin(DmaBuf buffer, String backend) {
        boolean isLeft() {
            return !buffer.record().backend().equals(backend);
        }
    }

    /** Memory, and what threatens it. */
    private record Target(long address, long length, Threat threat) {
        List<Attack> attacks() {
            return threat.attacks();
        }

        void overhear(Stage stage) {
            threat.eavesdropper().ifPresent(ear -> ear.look(stage, address, length));
        }

        boolean isWithin(long base, long size) {
            return address >= base && address - base < size;
        }
    }

    /**
     * Finds out who may not do what.
     *
     * @param soc the board
     * @param heap whose buffers are attacked
     * @param devices the initiators that playback needs; spared where the heap does not tell what it grants
     * @param importers tells where buffers are
     */
    public Prober(Soc soc, Heap heap, Set<String> devices, Importers importers) {
        this.soc = soc;
        this.heap = heap;
        this.devices = Set.copyOf(devices);
        this.importers = importers;
        this.random = soc.random("attack probes");
        backendChanged();
        watch = soc.watchReleases(this::releasing);
    }

    /** Another backend serves the heap: finds out who may not do what to its memory. */
    public void backendChanged() {
        threats.computeIfAbsent(heap.backend(), backend -> threat(heap.attributes()));
    }

    private Threat threat(HeapAttributes attributes) {
        return attributes.enforcement() == Enforcement.ENCRYPTION
                ? new Threat(List.of(), Optional.of(
                        new Eavesdropper(soc, attributes, tally, soc.random("eavesdropping"))))
                : new Threat(attacks(soc, attributes, devices), Optional.empty());
    }

    private static List<Attack> attacks(Soc soc, HeapAttributes heap, Set<String> devices) {
        List<Attack> attacks = new ArrayList<>();
        for (Initiator initiator : soc.initiators()) {
            if (initiator.secure()) {
                continue;
            }
            Access granted = granted(initiator.name(), heap, devices);
            PhysicalMemory memory = soc.memory(initiator.name());
            if (!granted.reads()) {
                attacks.add(new Attack(memory, Access.READ));
            }
            if (!granted.writes()) {
                attacks.add(new Attack(memory, Access.WRITE));
            }
        }
        return List.copyOf(attacks);
    }

    /** The CPU never may read, whatever the heap says. */
    private static Access granted(String initiator, HeapAttributes heap, Set<String> devices) {
        if (initiator.equals(Initiator.CPU)) {
            return heap.cpuAccess().and(Access.WRITE);
        }
        return heap.grants().map(grants -> grants.getOrDefault(initiator, Access.NONE))
                .orElse(devices.contains(initiator) ? Access.READ_WRITE : Access.NONE);
    }

    /** How the probes went so far. */
    public ProbeTally tally() {
        return tally;
    }

    /**
     * Learns where a buffer is, as a driver would, so that it can be attacked.
     *
     * @param importer a device that may use the buffer
     * @param access what that device may do
     */
    public void learn(DmaBuf buffer, Importer importer, Access access) {
        if (hasMoved(buffer.id())) {
            forget(buffer.id());
        }
        live.computeIfAbsent(buffer.id(), id -> locate(buffer, importer, access));
    }

    private List<Target> locate(DmaBuf buffer, Importer importer, Access access) {
        try (Attachment attachment = importers.attach(buffer, importer, access);
                Mapping mapping = attachment.map(access, MAP_BUDGET)) {
            return targets(buffer, mapping);
        }
    }

    private List<Target> targets(DmaBuf buffer, Mapping mapping) {
        String by = buffer.record().backend();
        origins.put(buffer.id(), new Origin(buffer, by));
        Threat threat = threats.computeIfAbsent(by, backend -> threat(heap.attributes()));
        List<Target> targets = new ArrayList<>();
        SegmentCursor cursor = mapping.cursor();
        while (cursor.next()) {
            targets.add(new Target(cursor.address(), cursor.length(), threat));
        }
        return List.copyOf(targets);
    }

    /**
     * Attacks a buffer of somebody else's, which may go at any time: where it is now, and held there meanwhile. Nothing
     * when it is gone.
     *
     * @param importer a device that may use the buffer
     * @param access what that device may do
     */
    public void probeForeign(Stage stage, DmaBuf buffer, Importer importer, Access access) {
        try (Attachment attachment = importers.attach(buffer, importer, access);
                Mapping mapping = attachment.map(access, MAP_BUDGET)) {
            List<Target> now = targets(buffer, mapping);
            books.lock();
            try {
                List<Target> before = Optional.ofNullable(live.put(buffer.id(), now)).orElse(List.of());
                before.stream().filter(target -> !now.contains(target)).forEach(freed::add);
            } finally {
                books.unlock();
            }
            throughTheApi(stage, buffer, REFUSED_OR_GONE);
            onTheBus(stage, buffer.id());
        } catch (HeapException gone) {
            switch (gone.error()) {
                case CLOSED, REVOKED, UNAVAILABLE -> LOG.debug("{}: buffer {} is gone", stage, buffer.id(), gone);
                default -> throw gone;
            }
        }
    }

    /** Attacks a buffer that was {@linkplain #learn learned}. */
    public void probe(Stage stage, DmaBuf buffer) {
        throughTheApi(stage, buffer, REFUSED);
        onTheBus(stage, buffer.id());
    }

    /** Attacks a buffer that was learned from within a device, where only the bus is at hand. */
    public void onTheBus(Stage stage, long bufferId) {
        for (Target target : live.getOrDefault(bufferId, List.of())) {
            target.attacks().forEach(attack -> strike(stage, attack, target, bufferId));
            target.overhear(stage);
        }
    }

    /**
     * Attacks what else the firewall protects together with a buffer that was {@linkplain #learn learned} and is live,
     * such as the memory that was lent with it.
     */
    public void around(Stage stage, long bufferId) {
        for (Target target : live.getOrDefault(bufferId, List.of())) {
            soc.firewall().regionAt(target.address()).map(ProgrammedRegion::region)
                    .filter(region -> !region.background())
                    .map(region -> new Target(region.base(), region.size(), target.threat()))
                    .ifPresent(whole -> whole.attacks().forEach(attack -> strike(stage, attack, whole, bufferId)));
        }
    }

    /** Whether a buffer was moved since it was learned: what it was in was to be scrubbed, and is somebody else's. */
    private boolean hasMoved(long bufferId) {
        return Optional.ofNullable(origins.get(bufferId)).filter(Origin::isLeft).isPresent();
    }

    private void strike(Stage stage, Attack attack, Target target, long bufferId) {
        Weapon weapon = Weapon.inTurn(turn.getAndIncrement());
        long address = aim(target, weapon.size());
        byte[] loot = new byte[weapon.size()];
        try {
            weapon.strike(attack.memory(), attack.access(), address, loot);
        } catch (BusFault expected) {
            tally.repelled(attack.attacker());
            return;
        }
        if (hasMoved(bufferId) && Arrays.equals(loot, new byte[loot.length])) {
            return; // what it was in may be had by anybody, as long as nothing of it was left there
        }
        tally.breached(attack.attacker(), "%s, %s: %s of %d bytes at 0x%x got through"
                .formatted(stage, attack.attacker(), attack.access(), weapon.size(), address));
    }

    private long aim(Target target, int size) {
        synchronized (random) {
            return target.address() + random.nextLong(Math.max(1, target.length() - size + 1));
        }
    }

    private void throughTheApi(Stage stage, DmaBuf buffer, Set<HeapError> expected) {
        attempt(stage, "read", expected, () -> buffer.read(0, MemorySegment.ofArray(new byte[16])));
        attempt(stage, "map", expected, () -> buffer.map(Access.READ, Duration.ZERO).close());
        attempt(stage, "map to write", expected, () -> buffer.map(Access.WRITE, Duration.ZERO).close());
        if (isForbidden(buffer.id(), Access.WRITE)) {
            attempt(stage, "write", expected, () -> buffer.write(0, MemorySegment.ofArray(new byte[16])));
        }
    }

    private boolean isForbidden(long bufferId, Access toTheCpu) {
        return live.getOrDefault(bufferId, List.of()).stream().flatMap(target -> target.attacks().stream())
                .anyMatch(attack -> attack.attacker().equals(Initiator.CPU) && attack.access() == toTheCpu);
    }

    /**
     * Tries what the API must refuse.
     *
     * @param what for people, such as {@code "show it on another plane"}
     * @param expected the error that it has to give
     */
    public void attempt(Stage stage, String what, HeapError expected, Runnable access) {
        attempt(stage, what, Set.of(expected), access);
    }

    private void attempt(Stage stage, String what, Set<HeapError> expected, Runnable access) {
        Optional<HeapError> error = Optional.empty();
        try {
            access.run();
        } catch (HeapException e) {
            error = Optional.of(e.error());
        }
        if (error.filter(expected::contains).isPresent()) {
            tally.repelled("API");
        } else {
            tally.breached("API", "%s, API: %s gave %s".formatted(stage, what, error.map(Enum::name).orElse("content")));
        }
    }

    /** A buffer that was learned goes back to its heap; its memory will be attacked by {@link #probeFreed}. */
    public void forget(long bufferId) {
        books.lock();
        try {
            Optional.ofNullable(live.remove(bufferId)).ifPresent(freed::addAll);
            origins.remove(bufferId);
        } finally {
            books.unlock();
        }
    }

    /**
     * Attacks all memory that was learned, when all of it went back to the heap: it is still closed, or was scrubbed
     * before it became readable, or it is ciphertext.
     */
    public void probeFreed() {
        List.copyOf(live.keySet()).forEach(this::forget);
        for (Target target : freed) {
            target.attacks().stream().filter(attack -> attack.access().reads()).forEach(attack -> dig(attack, target));
            target.overhear(Stage.FREED);
        }
        threats.values().forEach(threat -> threat.eavesdropper().ifPresent(Eavesdropper::conclude));
    }

    private void dig(Attack attack, Target target) {
        byte[] loot = new byte[Weapon.BURST.size()];
        sift(Stage.FREED, attack, aim(target, loot.length), loot);
    }

    private void sift(Stage stage, Attack attack, long address, byte[] loot) {
        try {
            Weapon.BURST.strike(attack.memory(), Access.READ, address, loot);
        } catch (BusFault expected) {
            tally.repelled(attack.attacker());
            return;
        }
        for (byte found : loot) {
            if (found != 0) {
                tally.breached(attack.attacker(), "%s, %s: content was left at 0x%x"
                        .formatted(stage, attack.attacker(), address));
                return;
            }
        }
        tally.repelled(attack.attacker());
    }

    /**
     * Reads all memory that was learned and goes back to a contiguous area, before anybody else can take it: it was
     * scrubbed. Looks at each range once.
     */
    private void releasing(long address, long size) {
        Set<Target> back;
        books.lock();
        try {
            for (List<Target> targets : live.values()) {
                targets.stream().filter(target -> target.isWithin(address, size)).forEach(freed::add);
            }
            live.replaceAll((id, targets) ->
                    targets.stream().filter(target -> !target.isWithin(address, size)).toList());
            back = freed.stream().filter(target -> target.isWithin(address, size)).collect(Collectors.toSet());
        } finally {
            books.unlock();
        }
        for (Target target : back) {
            target.attacks().stream().filter(Prober::isReadByTheCpu)
                    .forEach(attack -> sift(Stage.RECLAIMED, attack, target.address(), new byte[(int) target.length()]));
        }
        books.lock();
        try {
            freed.removeAll(back);
            released.signalAll();
        } finally {
            books.unlock();
        }
    }

    private static boolean isReadByTheCpu(Attack attack) {
        return attack.access().reads() && attack.attacker().equals(Initiator.CPU);
    }

    /**
     * Waits until all freed memory that had been lent is the normal world's again. Memory that was lent is part of a
     * contiguous area; all other memory stays protected for good.
     *
     * @param patience how long to wait
     * @return bytes that are still lent, also when the thread was interrupted
     */
    public long awaitReclaim(Duration patience) {
        books.lock();
        try {
            long left = patience.toNanos();
            while (stillLent() > 0 && left > 0) {
                left = released.awaitNanos(left);
            }
            return stillLent();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return stillLent();
        } finally {
            books.unlock();
        }
    }

    /** Memory that the CPU may read is not lent, but encrypted. */
    private long stillLent() {
        return freed.stream().filter(target -> target.attacks().stream().anyMatch(Prober::isReadByTheCpu))
                .filter(target -> soc.contiguousAreas().stream().anyMatch(area -> target.isWithin(area.base(), area.size())))
                .mapToLong(Target::length).sum();
    }

    /** Looks no more at memory that goes back to a contiguous area. */
    @Override
    public void close() {
        watch.close();
    }
}
