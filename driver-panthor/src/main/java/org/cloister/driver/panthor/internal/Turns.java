// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Whose turn it is among those that wait for something that one at a time can have. Who has the highest priority is
 * first, and each turn that somebody else gets raises the priority of those who wait by one: with priorities of 0 to
 * <i>p</i> and <i>n</i> that wait, nobody waits for more than <i>p</i> + <i>n</i> turns. For the driver's thread.
 *
 * @param <T> who waits
 */
final class Turns<T> {
    private final ToIntFunction<? super T> priority;
    private final Map<T, Integer> passedOver = new HashMap<>();

    Turns(ToIntFunction<? super T> priority) {
        this.priority = priority;
    }

    /**
     * Gives a turn to one of those who wait; none when nobody does. Who is not among them does not wait any longer.
     *
     * @param waiting in the order in which they are served when all else is the same
     */
    Optional<T> give(List<? extends T> waiting) {
        passedOver.keySet().retainAll(waiting);
        Optional<T> next = waiting.stream().<T>map(one -> one).reduce((first, other) ->
                rank().compare(first, other) >= 0 ? first : other);
        next.ifPresent(chosen -> {
            waiting.forEach(one -> passedOver.merge(one, 1, Integer::sum));
            passedOver.remove(chosen);
        });
        return next;
    }

    private Comparator<T> rank() {
        return Comparator.<T>comparingInt(one -> priority.applyAsInt(one) + passed(one)).thenComparingInt(this::passed);
    }

    private int passed(T one) {
        return passedOver.getOrDefault(one, 0);
    }
}
