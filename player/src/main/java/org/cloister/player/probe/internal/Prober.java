// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
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

    private final Soc soc;
    private final Heap heap;
    private final Set<String> devices;
    private final Map<String, Threat> threats = new ConcurrentHashMap<>(); // by backend
    private final RandomGenerator random; // guarded by itself
    private final ProbeTally tally = new ProbeTally();
    private final AtomicLong turn = new AtomicLong();
    private final Places places;

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
        this.random = soc.random("attack probes");
        this.places = new Places(soc, importers, this::threat, (attack, place) ->
                sift(Stage.RECLAIMED, attack, place.address(), new byte[(int) place.length()]));
        backendChanged();
    }

    /** Another backend serves the heap: finds out who may not do what to its memory. */
    public void backendChanged() {
        threat(heap.backend());
    }

    private Threat threat(String backend) {
        return threats.computeIfAbsent(backend, _ -> threat(heap.attributes()));
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
     * Learns where a buffer is, as a driver would, so that it can be attacked; also where it was moved to, if it was.
     * It stays alive until it is {@linkplain #forget forgotten}. While it is being moved it is attacked through the API
     * only.
     *
     * @param importer a device that may use the buffer
     * @param access what that device may do
     */
    public void learn(DmaBuf buffer, Importer importer, Access access) {
        places.learn(buffer, importer, access);
    }

    /**
     * Attacks a buffer of somebody else's, which may go at any time, and is forgotten afterwards. Nothing when it is
     * gone.
     *
     * @param importer a device that may use the buffer
     * @param access what that device may do
     */
    public void probeForeign(Stage stage, DmaBuf buffer, Importer importer, Access access) {
        try {
            learn(buffer, importer, access);
            throughTheApi(stage, buffer, REFUSED_OR_GONE);
            onTheBus(stage, buffer.id());
        } catch (HeapException gone) {
            switch (gone.error()) {
                case CLOSED, REVOKED, UNAVAILABLE -> LOG.debug("{}: buffer {} is gone", stage, buffer.id(), gone);
                default -> throw gone;
            }
        } finally {
            forget(buffer.id());
        }
    }

    /** Attacks a buffer that was {@linkplain #learn learned}. */
    public void probe(Stage stage, DmaBuf buffer) {
        throughTheApi(stage, buffer, REFUSED);
        onTheBus(stage, buffer.id());
    }

    /** Attacks a buffer that was learned from within a device, where only the bus is at hand. */
    public void onTheBus(Stage stage, long bufferId) {
        places.each(bufferId, place -> {
            place.threat().attacks().forEach(attack -> strike(stage, attack, place));
            place.overhear(stage);
        });
    }

    /**
     * Attacks what else the firewall protects together with a buffer that was {@linkplain #learn learned} and is live,
     * such as the memory that was lent with it.
     */
    public void around(Stage stage, long bufferId) {
        places.each(bufferId, place -> soc.firewall().regionAt(place.address()).map(ProgrammedRegion::region)
                .filter(region -> !region.background())
                .map(region -> new Place(region.base(), region.size(), place.threat()))
                .ifPresent(whole -> whole.threat().attacks().forEach(attack -> strike(stage, attack, whole))));
    }

    private void strike(Stage stage, Attack attack, Place place) {
        Weapon weapon = Weapon.inTurn(turn.getAndIncrement());
        long address = aim(place, weapon.size());
        try {
            weapon.strike(attack.memory(), attack.access(), address, new byte[weapon.size()]);
        } catch (BusFault expected) {
            tally.repelled(attack.attacker());
            return;
        }
        tally.breached(attack.attacker(), "%s, %s: %s of %d bytes at 0x%x got through"
                .formatted(stage, attack.attacker(), attack.access(), weapon.size(), address));
    }

    private long aim(Place place, int size) {
        synchronized (random) {
            return place.address() + random.nextLong(Math.max(1, place.length() - size + 1));
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
        return places.of(bufferId).stream().anyMatch(place -> place.threat().byTheCpu(toTheCpu).isPresent());
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

    /** A buffer that was learned may go back to its heap; its memory will be attacked by {@link #probeFreed}. */
    public void forget(long bufferId) {
        places.forget(bufferId);
    }

    /**
     * Attacks all memory that was learned, when all of it went back to the heap: it is still closed, or was scrubbed
     * before it became readable, or it is ciphertext.
     */
    public void probeFreed() {
        places.forgetAll();
        for (Place place : places.left()) {
            place.threat().attacks().stream().filter(attack -> attack.access().reads())
                    .forEach(attack -> dig(attack, place));
            place.overhear(Stage.FREED);
        }
        threats.values().forEach(threat -> threat.eavesdropper().ifPresent(Eavesdropper::conclude));
    }

    private void dig(Attack attack, Place place) {
        byte[] loot = new byte[Weapon.BURST.size()];
        sift(Stage.FREED, attack, aim(place, loot.length), loot);
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
     * Waits until all freed memory that had been lent is the normal world's again. Memory that was lent is part of a
     * contiguous area; all other memory stays protected for good.
     *
     * @param patience how long to wait
     * @return bytes that are still lent, also when the thread was interrupted
     */
    public long awaitReclaim(Duration patience) {
        return places.awaitReclaim(patience);
    }

    /** Forgets all buffers, and looks no more at memory that goes back to a contiguous area. */
    @Override
    public void close() {
        places.close();
    }
}
