// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloister.player.clip.internal.ClipException;

/**
 * When which backend is to take over, in the time of the clip.
 *
 * @param steps in the order of their times
 * @param period how often the next backend of all takes over; empty when the steps say it all
 * @param moving whether live buffers are moved to the one that takes over, where that can be
 */
public record SwapPlan(List<Step> steps, Optional<Duration> period, boolean moving) {
    /** One backend serves from beginning to end. */
    public static final SwapPlan NONE = new SwapPlan(List.of(), Optional.empty(), false);

    /** Stands for each backend in turn. */
    static final String ALL = "all";

    private static final Pattern STEP = Pattern.compile("([^@,\\s]+)@(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s)");
    private static final String EXAMPLE = "write it like optee@2s,carveout@4s or all@500ms";

    /** Copies the list. */
    public SwapPlan {
        steps = List.copyOf(steps);
    }

    /**
     * A change of backends.
     *
     * @param at since the first picture
     * @param backend the id of the one that takes over
     */
    public record Step(Duration at, String backend) {}

    /**
     * Reads {@code optee@2s,carveout@4s} or {@code all@500ms}; empty means no swap.
     *
     * @throws ClipException when it is neither
     */
    public static SwapPlan parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        List<Step> steps = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            Matcher step = STEP.matcher(word.strip());
            if (!step.matches()) {
                throw new ClipException("use", "--swap", "\"" + word.strip() + "\" is not a backend, an @ and a time",
                        EXAMPLE);
            }
            steps.add(new Step(time(step.group(2), step.group(3)), step.group(1)));
        }
        if (steps.stream().noneMatch(step -> step.backend().equals(ALL))) {
            steps.sort(Comparator.comparing(Step::at));
            return new SwapPlan(steps, Optional.empty(), false);
        }
        if (steps.size() > 1) {
            throw new ClipException("use", "--swap", "\"all\" says when every backend takes over, so nothing goes with"
                    + " it", EXAMPLE);
        }
        if (steps.getFirst().at().isZero()) {
            throw new ClipException("use", "--swap", "there is no end to swaps every 0 s", EXAMPLE);
        }
        return new SwapPlan(List.of(), Optional.of(steps.getFirst().at()), false);
    }

    /**
     * The same, with live buffers moved.
     *
     * @throws ClipException when nothing is swapped
     */
    public SwapPlan withMoves() {
        if (isEmpty()) {
            throw new ClipException("use", "--move", "buffers are moved when a backend takes over, and none does",
                    "say which with --swap");
        }
        return new SwapPlan(steps, period, true);
    }

    private static Duration time(String digits, String unit) {
        double nanosOfUnit = unit.equals("s") ? 1e9 : 1e6;
        return Duration.ofNanos(Math.round(Double.parseDouble(digits) * nanosOfUnit));
    }

    /** Whether one backend serves from beginning to end. */
    boolean isEmpty() {
        return steps.isEmpty() && period.isEmpty();
    }
}
