// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the probes went. Safe for use by any thread.
 */
public final class ProbeTally {
    private static final int KEPT_BREACHES = 20;

    private final Map<String, Long> byAttacker = new TreeMap<>(); // guarded by this, as are all
    private final List<String> breaches = new ArrayList<>();
    private long tried;
    private long repelled;
    private long ciphertext;

    synchronized void repelled(String attacker) {
        tried++;
        repelled++;
        byAttacker.merge(attacker, 1L, Long::sum);
    }

    /** Nobody stopped it, and it got nothing but ciphertext. */
    synchronized void ciphertext(String attacker) {
        repelled(attacker);
        ciphertext++;
    }

    synchronized void breached(String attacker, String what) {
        tried++;
        byAttacker.merge(attacker, 1L, Long::sum);
        if (breaches.size() < KEPT_BREACHES) {
            breaches.add(what);
        }
    }

    /** How many probes there were. */
    public synchronized long tried() {
        return tried;
    }

    /** How many of them got nowhere. */
    public synchronized long repelled() {
        return repelled;
    }

    /** How many of these read something, which was ciphertext. */
    public synchronized long ciphertext() {
        return ciphertext;
    }

    /** How many probes each attacker made, by name. */
    public synchronized Map<String, Long> byAttacker() {
        return Map.copyOf(byAttacker);
    }

    /** What got through, in words; the first few. */
    public synchronized List<String> breaches() {
        return List.copyOf(breaches);
    }
}
