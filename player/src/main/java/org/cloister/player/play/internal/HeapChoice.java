// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Negotiation;
import org.cloister.heap.Negotiation.Exclusion;
import org.cloister.heap.UseCase;
import org.cloister.importer.Importer;

/**
 * Chooses the memory that a clip is played in: a heap that codec, GPU and display can all reach, by what each of them
 * says it needs. The heap that was named, or {@value #PREFERRED}, is taken if it will do. Where the GPU is what stands in
 * the way pictures go past it, and it is said why. For one thread.
 */
final class HeapChoice {
    /** The heap that video players of all systems with the Linux kernel's names ask for. */
    static final String PREFERRED = "protected,secure-video";

    private static final Duration HEAP_PATIENCE = Duration.ofSeconds(10);
    private static final Duration UNKNOWN_HEAP_PATIENCE = Duration.ofSeconds(1);

    private final Bench bench;
    private final Progress progress;
    private final long size;

    /**
     * Prepares a choice.
     *
     * @param size of the largest buffer, in bytes
     */
    HeapChoice(Bench bench, Progress progress, long size) {
        this.bench = bench;
        this.progress = progress;
        this.size = size;
    }

    /** A heap, and whose buffers it has to serve. Its backend may change, and with it who can reach it. */
    final class Choice {
        private final Heap heap;
        private final Optional<GpuStage> gpu;
        private final Optional<String> bypassed;

        private Choice(Heap heap, Optional<GpuStage> gpu, Optional<String> bypassed) {
            this.heap = heap;
            this.gpu = gpu;
            this.bypassed = bypassed;
        }

        Heap heap() {
            return heap;
        }

        /** The GPU that is to compose, if there is one that can. */
        Optional<GpuStage> gpu() {
            return gpu;
        }

        /** Why the board's GPU is not to compose, if it has one and it is not. */
        Optional<String> bypassed() {
            return bypassed;
        }

        /**
         * Checks that all can reach what serves the heap now.
         *
         * @throws HeapException {@code UNREACHABLE} when one of them cannot
         */
        void requireReach() {
            List<Exclusion> against = against(negotiate(gpu), heap);
            if (!against.isEmpty()) {
                throw unreachable("heap " + heap.name(), reasons(against), "let another backend serve it");
            }
        }
    }

    /**
     * Chooses. What stands in the way of a heap is said line by line.
     *
     * @param wanted the name of the heap that it has to be; empty when any will do
     * @throws HeapException {@code UNREACHABLE} when codec and display cannot both reach the heap, or any;
     *     {@code NO_SUCH_HEAP} and others when there is none
     */
    Choice choose(Optional<String> wanted) {
        return wanted.map(name -> named(await(name))).orElseGet(this::any);
    }

    private Choice named(Heap heap) {
        Optional<String> unready = unready();
        Optional<GpuStage> gpu = unready.isPresent() ? Optional.empty() : bench.gpu();
        List<Exclusion> withGpu = against(negotiate(gpu), heap);
        if (withGpu.isEmpty()) {
            return new Choice(heap, gpu, unready);
        }
        Negotiation withoutGpu = negotiate(Optional.empty());
        List<Exclusion> against = against(withoutGpu, heap);
        if (against.isEmpty()) {
            return past(heap, withGpu);
        }
        say(against);
        throw unreachable("heap " + heap.name(), "not all of %s can use it".formatted(names(Optional.empty())),
                best(withoutGpu).map(other -> "name none, or one that they all can, such as " + other.name())
                        .orElse("there is no other for them: choose another board"));
    }

    private Choice any() {
        awaitPreferred();
        Optional<String> unready = unready();
        Optional<GpuStage> gpu = unready.isPresent() ? Optional.empty() : bench.gpu();
        Negotiation withGpu = negotiate(gpu);
        Optional<Heap> found = best(withGpu);
        if (found.isPresent()) {
            sayIfOther(found.get(), withGpu);
            return new Choice(found.get(), gpu, unready);
        }
        say(withGpu.exclusions());
        Heap heap = best(negotiate(Optional.empty())).orElseThrow(() -> unreachable("all heaps",
                "none of them can be used by all of " + names(Optional.empty()), "choose another board"));
        return past(heap, against(withGpu, heap));
    }

    /** Codec and display can use the heap, and the GPU cannot. */
    private Choice past(Heap heap, List<Exclusion> withGpu) {
        String why = reasons(withGpu);
        progress.say("pictures go past the GPU, which cannot use heap %s: %s".formatted(heap.name(), why));
        return new Choice(heap, Optional.empty(), Optional.of("cannot use the heap: " + why));
    }

    /** Why the board's GPU cannot compose anywhere. */
    private Optional<String> unready() {
        Optional<String> why = bench.gpu().map(gpu -> gpu.driver().readiness())
                .filter(readiness -> !readiness.protectedMode())
                .map(readiness -> "has no protected mode: " + readiness.text());
        why.ifPresent(reason -> progress.say("pictures go past the GPU, which " + reason));
        return why;
    }

    /** The preferred heap is waited for, but where there are others its absence is not the end. */
    private void awaitPreferred() {
        try {
            await(PREFERRED);
        } catch (HeapException e) {
            boolean absent = e.error() == HeapError.NO_SUCH_HEAP || e.error() == HeapError.TIMED_OUT;
            if (!absent || bench.heaps().list().isEmpty()) {
                throw e;
            }
        }
    }

    /** A heap that no backend offers is hardly waited for once others are there: its name is wrong. */
    private Heap await(String name) {
        try {
            return bench.heaps().await(name, UNKNOWN_HEAP_PATIENCE);
        } catch (HeapException e) {
            List<Explanation.Reason> reasons = bench.heaps().explain(name).reasons();
            if (e.error() != HeapError.TIMED_OUT || bench.heaps().list().isEmpty()
                    || reasons.getFirst().kind() != Explanation.Kind.NO_BACKEND) {
                return bench.heaps().await(name, HEAP_PATIENCE);
            }
            throw new HeapException(HeapError.NO_SUCH_HEAP, what(), "heap " + name, reasons.getFirst().text(),
                    "name another with --heap", e);
        }
    }

    private Negotiation negotiate(Optional<GpuStage> gpu) {
        return bench.heaps().negotiate(size, UseCase.NONE, importers(gpu));
    }

    private List<Importer> importers(Optional<GpuStage> gpu) {
        List<Importer> importers = new ArrayList<>(List.of(bench.codec().bitstreamImporter(Protection.PROTECTED),
                bench.codec().pictureImporter(Protection.PROTECTED),
                bench.codec().internalImporter(Protection.PROTECTED)));
        gpu.ifPresent(stage -> {
            importers.add(stage.driver().sourceImporter(true));
            importers.add(stage.driver().targetImporter(true));
        });
        importers.add(bench.output().importer());
        return importers;
    }

    private Optional<Heap> best(Negotiation negotiation) {
        return bench.heaps().find(PREFERRED).filter(heap -> against(negotiation, heap).isEmpty())
                .or(negotiation::heap);
    }

    private static List<Exclusion> against(Negotiation negotiation, Heap heap) {
        return negotiation.exclusions().stream().filter(exclusion -> exclusion.heap().equals(heap.name())).toList();
    }

    private void sayIfOther(Heap heap, Negotiation negotiation) {
        if (heap.name().equals(PREFERRED)) {
            return;
        }
        String why = bench.heaps().find(PREFERRED).map(found -> reasons(against(negotiation, found)))
                .orElseGet(() -> bench.heaps().explain(PREFERRED).reasons().getFirst().text());
        progress.say("heap %s serves in place of %s: %s".formatted(heap.name(), PREFERRED, why));
    }

    private void say(List<Exclusion> exclusions) {
        exclusions.forEach(exclusion -> progress.say(exclusion.toString()));
    }

    private static String reasons(List<Exclusion> exclusions) {
        return exclusions.stream()
                .map(exclusion -> (exclusion.importer().isEmpty() ? "" : exclusion.importer() + ": ")
                        + exclusion.constraint() + ": " + exclusion.why())
                .collect(Collectors.joining("; "));
    }

    private String names(Optional<GpuStage> gpu) {
        return importers(gpu).stream().map(Importer::name).collect(Collectors.joining(", "));
    }

    private String what() {
        return "play on board " + bench.soc().board();
    }

    private HeapException unreachable(String which, String why, String remedy) {
        return new HeapException(HeapError.UNREACHABLE, what(), which, why, remedy);
    }
}
