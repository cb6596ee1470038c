// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;

/**
 * What there is below {@code /dev/dma_heap} at one moment: each node, and whether this user may open it. Immutable.
 *
 * @param directory of the nodes
 * @param problem why no heap can be found at all; empty when the directory can be read
 * @param refusals by heap; empty for those that can be opened
 */
record HeapNodes(Path directory, Optional<HeapException> problem, Map<String, Optional<HeapException>> refusals) {
    private static final List<UseCase> MAINLINE =
            List.of(UseCase.SECURE_VIDEO, UseCase.TRUSTED_UI, UseCase.SECURE_VIDEO_RECORD);

    HeapNodes {
        refusals = Collections.unmodifiableMap(new TreeMap<>(refusals));
    }

    /** Nothing was looked at yet. */
    static HeapNodes none(Path directory) {
        return new HeapNodes(directory, Optional.empty(), Map.of());
    }

    /** Looks, by opening every node once. */
    static HeapNodes look(Path directory, SystemCalls calls) {
        var refusals = new TreeMap<String, Optional<HeapException>>();
        try (Stream<Path> nodes = Files.list(directory)) {
            for (Path node : nodes.filter(HeapNodes::isNamed).toList()) {
                refusals.put(node.getFileName().toString(), probe(node, calls));
            }
            return new HeapNodes(directory, Optional.empty(), refusals);
        } catch (IOException e) {
            return new HeapNodes(directory, Optional.of(unreadable(directory, e)), Map.of());
        }
    }

    /** Whether a heap may be called like the node; the kernel's are. */
    private static boolean isNamed(Path node) {
        return node.getFileName().toString().codePoints().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static Optional<HeapException> probe(Path node, SystemCalls calls) {
        int fd = calls.open(node.toString(), false);
        if (fd < 0) {
            return Optional.of(new Refusal("open a heap", node.toString()).of(fd));
        }
        calls.close(fd);
        return Optional.empty();
    }

    private static HeapException unreadable(Path directory, IOException e) {
        boolean missing = e instanceof NoSuchFileException;
        return new HeapException(
                missing ? HeapError.NO_SUCH_HEAP : HeapError.NOT_PERMITTED,
                "look for heaps", directory.toString(),
                missing ? "there is no such directory: the kernel has no dma-heaps" : "it cannot be read: " + e,
                missing ? "use a kernel of Linux 5.6 or newer that was built with CONFIG_DMABUF_HEAPS and"
                        + " CONFIG_DMABUF_HEAPS_SYSTEM, and in a container pass " + directory + " on"
                        : "give this user access to the directory");
    }

    /** What a backend offers of it: the heaps, and reasons for those that cannot be had. */
    List<PoolOffer> offers(Function<String, HeapTraits> traits) {
        var offers = new ArrayList<PoolOffer>();
        refusals.forEach((name, refusal) -> {
            UseCase useCase = traits.apply(name).useCase();
            offers.add(refusal.map(why -> PoolOffer.refuse(name, useCase, why.which() + ": " + why.why(), why.remedy()))
                    .orElseGet(() -> PoolOffer.serve(name, useCase)));
        });
        if (!refusals.containsKey("system")) {
            offers.add(absent("system", UseCase.NONE,
                    "use a kernel that was built with CONFIG_DMABUF_HEAPS_SYSTEM"));
        }
        MAINLINE.stream().filter(useCase -> !refusals.containsKey(useCase.heapName()))
                .map(useCase -> absent(useCase.heapName(), useCase, "use Linux 6.18 or newer with CONFIG_TEE and the"
                        + " driver of a trusted OS that has protected memory for this use case, such as OP-TEE's"))
                .forEach(offers::add);
        return offers;
    }

    private PoolOffer absent(String name, UseCase useCase, String remedy) {
        return PoolOffer.refuse(name, useCase,
                problem.map(why -> why.which() + ": " + why.why()).orElse("the kernel has no node " + directory + "/" + name),
                problem.map(HeapException::remedy).orElse(remedy));
    }

    /** Whether users would see no difference. */
    boolean isLike(HeapNodes other) {
        return problem.map(Throwable::getMessage).equals(other.problem.map(Throwable::getMessage))
                && messages().equals(other.messages());
    }

    private Map<String, String> messages() {
        var messages = new TreeMap<String, String>();
        refusals.forEach((name, refusal) -> messages.put(name, refusal.map(Throwable::getMessage).orElse("")));
        return messages;
    }
}
