// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.cloister.core.internal.SimulatedCore;
import org.cloister.heap.HeapException;

/** Who runs the machine: starts and stops bundles, changes the configuration, restarts trusted OSes. */
final class Operator {
    private static final List<String> POLICIES = List.of("drain", "drain", "revoke:0", "revoke:1500", "move", "move:3000");
    private static final long MIB = 1 << 20;

    private final World world;
    private final Bundles bundles;
    private final Machine machine;
    private final List<Client> clients;
    private final List<String> backends;
    private final SplittableRandom random;
    private boolean restarted; // MediaTek's bundle
    private boolean forgetful; // MediaTek's application

    Operator(World world, Bundles bundles, Machine machine, List<Client> clients, List<String> backends,
            SplittableRandom random) {
        this.world = world;
        this.bundles = bundles;
        this.machine = machine;
        this.clients = clients;
        this.backends = backends;
        this.random = random;
    }

    void run() {
        while (!world.isEnding()) {
            world.scheduler().pause(Duration.ofMillis(20 + random.nextInt(1500)).toNanos());
            try {
                act();
            } catch (HeapException e) {
                world.trace().note("operator refused " + e.error());
            }
        }
    }

    private void act() {
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> toggle(backends.get(random.nextInt(backends.size())));
            case 4 -> {
                List<String> there = bundles.started();
                bundles.rank(there.get(random.nextInt(there.size())), random.nextInt(200));
            }
            case 5, 6 -> configure();
            case 7 -> clients.get(random.nextInt(clients.size())).restart();
            case 8 -> restart(machine::restartPsp);
            default -> forget();
        }
    }

    private void restart(Runnable application) {
        if (!world.isCalm() && random.nextInt(3) == 0) {
            world.trace().note("restart");
            application.run();
        }
    }

    /**
     * MediaTek's application starts anew, and has forgotten what it guards. A driver that has a session finds out with its
     * next call; another one that comes later cannot, so there is but one driver in the life of such a board.
     */
    private void forget() {
        if (!restarted) {
            restart(() -> {
                forgetful = true;
                machine.installMtk();
            });
        }
    }

    private void toggle(String backend) {
        if (!bundles.started().contains(backend)) {
            boolean another = backend.equals("mtk");
            if (another && forgetful) {
                return;
            }
            restarted |= another;
            bundles.start(backend);
        } else if (!backend.equals(world.anchor())) {
            bundles.stop(backend);
        }
    }

    private void configure() {
        Map<String, String> policies = new HashMap<>();
        Map<String, List<String>> preferences = new HashMap<>();
        for (String heap : world.heaps()) {
            String policy = POLICIES.get(random.nextInt(POLICIES.size()));
            policies.put(heap, policy);
            if (random.nextInt(3) == 0) {
                String first = backends.get(random.nextInt(backends.size()));
                preferences.put(heap, first.equals(world.anchor()) ? List.of(first) : List.of(first, world.anchor()));
            }
        }
        world.trace().note("configure " + new TreeMap<>(policies) + new TreeMap<>(preferences));
        world.core().configure(new SimulatedCore.Settings(preferences, policies, world.quotas()));
    }
}
