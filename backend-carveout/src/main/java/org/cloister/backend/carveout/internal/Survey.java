// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.ReservedMemory;

/**
 * What all declared carve-outs come to: the heaps they serve, and those they cannot serve, with the reasons. Immutable
 * and safe for use by any thread.
 *
 * @param offers one for each heap name, refusals included
 * @param carveOuts what is behind the offers that are no refusals, by heap name
 * @param complaints one about each declaration that is not served, for the log
 */
record Survey(List<PoolOffer> offers, Map<String, CarveOut> carveOuts, List<String> complaints) {
    Survey {
        offers = List.copyOf(offers);
        carveOuts = Map.copyOf(carveOuts);
        complaints = List.copyOf(complaints);
    }

    /** A survey without any declaration. */
    static Survey empty() {
        return new Survey(List.of(), Map.of(), List.of());
    }

    /**
     * Takes stock.
     *
     * @param configured declarations that win over what the tree says of the same nodes
     */
    static Survey of(DeviceTree tree, Collection<Declaration> configured) {
        List<String> complaints = new ArrayList<>();
        Map<String, List<Finding>> byHeap = findings(tree, declarations(tree, configured, complaints)).stream()
                .collect(Collectors.groupingBy(Finding::heap, LinkedHashMap::new, Collectors.toList()));
        List<PoolOffer> offers = new ArrayList<>();
        Map<String, CarveOut> carveOuts = new LinkedHashMap<>();
        byHeap.forEach((heap, claims) -> {
            List<Finding> settled = claims.size() == 1 || heap.isEmpty() ? claims : List.of(contested(heap, claims));
            for (Finding finding : settled) {
                if (finding instanceof Finding.Unusable unusable) {
                    complaints.add(unusable.node() + ": " + unusable.why());
                }
                try {
                    offers.add(finding.offer());
                    if (finding instanceof Finding.Usable usable) {
                        carveOuts.put(heap, usable.carveOut());
                    }
                } catch (HeapException e) {
                    complaints.add(finding.node() + ": " + e.which() + ": " + e.why());
                }
            }
        });
        return new Survey(offers, carveOuts, complaints);
    }

    /** What the tree and the configuration declare, with the paths that nodes have in the tree. */
    private static List<Declaration> declarations(
            DeviceTree tree, Collection<Declaration> configured, List<String> complaints) {
        List<Declaration> all = new ArrayList<>();
        for (Declaration declaration : configured) {
            all.add(declaration.at(tree.find(declaration.node()).map(Node::path).orElse(declaration.node())));
        }
        List<String> overridden = all.stream().map(Declaration::node).toList();
        for (Node node : tree.find(ReservedMemory.PATH).stream().flatMap(Node::children).toList()) {
            if (!overridden.contains(node.path())) {
                try {
                    Declaration.of(node).ifPresent(all::add);
                } catch (MalformedDeviceTree e) {
                    complaints.add(node.path() + ": " + e.getMessage());
                }
            }
        }
        return all;
    }

    private static List<Finding> findings(DeviceTree tree, List<Declaration> declarations) {
        Inspector inspector = Inspector.of(tree);
        Map<String, Long> times = declarations.stream()
                .collect(Collectors.groupingBy(Declaration::node, Collectors.counting()));
        List<Finding> findings = new ArrayList<>();
        for (Declaration declaration : declarations) {
            UseCase useCase = UseCase.NONE;
            String heap = declaration.heap();
            try {
                useCase = declaration.resolveUseCase();
                heap = heap.isEmpty() ? useCase.heapName() : heap;
                if (times.get(declaration.node()) > 1) {
                    throw declaration.refused("several configurations name this node", "delete all but one");
                }
                findings.add(new Finding.Usable(inspector.inspect(declaration, heap, useCase)));
            } catch (HeapException e) {
                findings.add(new Finding.Unusable(declaration.node(), heap, useCase, e.why(), e.remedy()));
            }
        }
        return findings;
    }

    /** Several nodes claim one heap: to prefer one would be to guess. */
    private static Finding contested(String heap, List<Finding> claims) {
        String nodes = claims.stream().map(Finding::node).sorted().collect(Collectors.joining(" and "));
        return new Finding.Unusable(nodes, heap, UseCase.NONE, "they all claim the heap name " + heap,
                "give all but one another name");
    }
}
