// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.UseCase;

/** A backend of {@link FakePool}s. */
final class FakeBackend implements HeapBackend {
    /** Memory behind a firewall that the CPU may fill. */
    static final HeapAttributes RESTRICTED = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
            .cpuAccess(Access.WRITE).build();
    /** Memory that anybody may use. */
    static final HeapAttributes NORMAL = HeapAttributes.builder().build();

    final Script script = new Script();
    final List<FakePool> pools = new CopyOnWriteArrayList<>();
    final List<String> violations = new CopyOnWriteArrayList<>();
    private final String id;
    private volatile List<PoolOffer> offers;
    private volatile HeapAttributes attributes = RESTRICTED;
    private volatile int pieces = 1;
    private volatile BackendHost host;
    private volatile boolean disconnected;

    FakeBackend(String id, PoolOffer... offers) {
        this.id = id;
        this.offers = List.of(offers);
    }

    /** Serves secure video under its own name. */
    static FakeBackend video(String id) {
        return new FakeBackend(id, PoolOffer.serve(UseCase.SECURE_VIDEO));
    }

    FakeBackend with(HeapAttributes value) {
        attributes = value;
        return this;
    }

    FakeBackend pieces(int value) {
        pieces = value;
        return this;
    }

    /** The pool opened last. */
    FakePool pool() {
        return pools.getLast();
    }

    BackendHost host() {
        return host;
    }

    void offer(PoolOffer... value) {
        offers = List.of(value);
        host.offersChanged();
    }

    private void require(boolean kept, String what) {
        if (!kept) {
            violations.add(what);
        }
    }

    @Override
    public String id() {
        return script.play("id", () -> id);
    }

    @Override
    public void connected(BackendHost value) {
        require(host == null, "connected twice");
        host = value;
        script.act("connected", () -> {});
    }

    @Override
    public void disconnected() {
        script.act("disconnected", () -> {
            require(!disconnected, "disconnected twice");
            require(pools.stream().allMatch(p -> p.isDestroyed() || p.script.calls("destroy") > 0),
                    "disconnected before its pools were destroyed");
            disconnected = true;
        });
    }

    boolean isDisconnected() {
        return disconnected;
    }

    @Override
    public List<PoolOffer> offers() {
        return script.play("offers", () -> {
            require(host != null && !disconnected, "asked for offers while not connected");
            return offers;
        });
    }

    @Override
    public Pool open(PoolOffer offer) {
        return script.play("open", () -> {
            require(offers.contains(offer) && offer.refusal().isEmpty(), "open of what is not offered: " + offer);
            require(!disconnected, "open after disconnect");
            var pool = new FakePool(attributes, pieces);
            pools.add(pool);
            return pool;
        });
    }
}
