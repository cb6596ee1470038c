// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.heap.Explanation;
import org.cloister.heap.Explanation.Kind;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.player.clip.internal.ClipException;
import org.cloister.player.probe.internal.Prober;

/**
 * Swaps backends in mid-stream, by the configuration, under the feet of the drivers, which are told nothing. For one
 * thread.
 */
final class Swapper implements AutoCloseable {
    private static final Set<Kind> ABLE = EnumSet.of(Kind.SERVED, Kind.LOST_TO_RANKING, Kind.OVERRIDDEN);

    private final SwapPlan plan;
    private final HeapChoice.Choice choice;
    private final Heap heap;
    private final Decryptions decryptions;
    private final Bench bench;
    private final Prober prober;
    private final Progress progress;
    private final Deque<SwapPlan.Step> left;
    private List<String> able = List.of();
    private Duration next;

    Swapper(SwapPlan plan, HeapChoice.Choice choice, Decryptions decryptions, Bench bench, Prober prober, Progress progress) {
        this.plan = plan;
        this.choice = choice;
        this.heap = choice.heap();
        this.decryptions = decryptions;
        this.bench = bench;
        this.prober = prober;
        this.progress = progress;
        this.left = new ArrayDeque<>(plan.steps());
        this.next = plan.period().orElse(Duration.ZERO);
    }

    /**
     * Checks that all backends of the plan can serve the heap, that somebody can fill their memory, and that all devices
     * reach it; of "all", those of whose memory that is not true are left out. If the first of the plan serves already, another one that can begins,
     * so that there is something to swap.
     *
     * @throws ClipException when the plan cannot be carried out
     */
    void begin() throws InterruptedException {
        if (plan.isEmpty()) {
            return;
        }
        Explanation known = bench.heaps().explain(heap.name());
        able = known.reasons().stream().filter(reason -> ABLE.contains(reason.kind()))
                .map(Explanation.Reason::backend).distinct().sorted().toList();
        for (SwapPlan.Step step : plan.steps()) {
            if (!able.contains(step.backend())) {
                throw unable(step.backend(), known);
            }
        }
        Map<String, String> unfit = tryOut();
        able = able.stream().filter(backend -> !unfit.containsKey(backend)).toList();
        for (SwapPlan.Step step : plan.steps()) {
            if (unfit.containsKey(step.backend())) {
                throw unable(step.backend() + ": " + unfit.get(step.backend()));
            }
        }
        unfit.forEach((backend, why) -> progress.say(backend + " is left out: " + why));
        if (plan.period().isPresent() && able.size() < 2) {
            throw new ClipException("use", "--swap", (able.isEmpty() ? "nobody" : "only " + able.getFirst())
                    + " can serve heap " + heap.name() + " on board " + bench.soc().board(),
                    "choose a board with several, such as lab");
        }
        Optional<String> first = Optional.ofNullable(left.peek()).map(SwapPlan.Step::backend);
        if (first.filter(heap.backend()::equals).isPresent()) {
            Optional<String> other = able.stream().filter(backend -> !backend.equals(first.get())).findFirst();
            if (other.isPresent()) {
                choose(other.get());
            }
        }
    }

    /**
     * Lets all that can serve do so for a moment, as nobody can tell before whether what they serve can be filled: the
     * CPU may not be let, the trusted OS may not know it, and a device may not reach it. Afterwards who served before serves again if it can.
     *
     * @return backends whose memory is of no use, and why
     */
    private Map<String, String> tryOut() throws InterruptedException {
        String before = heap.backend();
        Map<String, String> unfit = new LinkedHashMap<>();
        for (String backend : able) {
            try {
                choose(backend);
                decryptions.requireAccess();
                choice.requireReach();
            } catch (HeapException e) {
                unfit.put(backend, e.why());
            }
        }
        Optional<String> again = unfit.containsKey(before)
                ? able.stream().filter(backend -> !unfit.containsKey(backend)).findFirst() : Optional.of(before);
        if (again.isPresent() && !heap.backend().equals(again.get())) {
            choose(again.get());
        }
        return unfit;
    }

    private ClipException unable(String backend, Explanation known) {
        String why = known.reasons().stream().filter(reason -> reason.backend().equals(backend))
                .map(Explanation.Reason::text).findFirst()
                .orElse("backend " + backend + " is not there, or knows nothing of heap " + heap.name());
        return unable(why);
    }

    private ClipException unable(String why) {
        return new ClipException("use", "--swap", why, "those that can on board " + bench.soc().board() + " are "
                + able.stream().collect(joining(", ")));
    }

    /**
     * Playback has come so far: whoever is to take over by now does.
     *
     * @param attack what somebody does again and again meanwhile
     */
    void reach(Duration time, Runnable attack) throws InterruptedException {
        while (!left.isEmpty() && left.peek().at().compareTo(time) <= 0) {
            swap(time, left.remove().backend(), attack);
        }
        if (plan.period().isPresent() && next.compareTo(time) <= 0) {
            next = next.plus(plan.period().get());
            swap(time, able.get((able.indexOf(heap.backend()) + 1) % able.size()), attack);
        }
    }

    private void swap(Duration time, String backend, Runnable attack) throws InterruptedException {
        String before = heap.backend();
        if (before.equals(backend)) {
            progress.say("%s: %s serves %s already".formatted(seconds(time), backend, heap.name()));
            return;
        }
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> attacks = CompletableFuture.runAsync(() -> {
            do {
                attack.run();
            } while (!over.get());
        }, command -> Thread.ofPlatform().name("cloister-attack").daemon().start(command)); // virtual, it would not yield
        try {
            choose(backend);
        } finally {
            over.set(true);
            attacks.join();
        }
        progress.say("%s: %s took %s over from %s".formatted(seconds(time), backend, heap.name(), before));
    }

    private void choose(String backend) throws InterruptedException {
        List<String> order = new ArrayList<>(List.of(backend));
        able.stream().filter(other -> !other.equals(backend)).forEach(order::add);
        bench.backends().choose(heap, order, plan.moving());
        prober.backendChanged();
    }

    private static String seconds(Duration time) {
        return "%d.%03d s".formatted(time.toSeconds(), time.toMillisPart());
    }

    /** How many buffers were moved to those that took over; empty unless that was asked for. */
    OptionalLong moved() {
        return plan.moving() ? OptionalLong.of(bench.backends().moved()) : OptionalLong.empty();
    }

    /** The clip is over: tells what was not reached. */
    void end() {
        left.forEach(step -> progress.say("the clip was over before %s, when %s was to take over"
                .formatted(seconds(step.at()), step.backend())));
    }

    /** Lets the machine choose backends as it did before. */
    @Override
    public void close() {
        if (!plan.isEmpty()) {
            bench.backends().restore();
        }
    }
}
