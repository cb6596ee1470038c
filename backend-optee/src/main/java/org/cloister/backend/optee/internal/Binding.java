// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;
import org.cloister.platform.dt.UseCaseBinding;

/**
 * What the device tree tells of OP-TEE; the package description lists the properties. Immutable.
 *
 * @param smc whether there is OP-TEE with an interface of its own
 * @param line the interrupt of that interface
 * @param processors how many there are, at least one
 * @param regions how many firewall regions lent memory may take; empty when it does not tell
 * @param useCases the three of mainline Linux, and the vendor's own
 * @param first the use case that the tree names first: that of a static area
 */
record Binding(boolean smc, OptionalInt line, int processors, OptionalInt regions, List<UseCaseBinding> useCases,
        UseCase first) {
    static final String SMC = "linaro,optee-tz";
    static final String FFA = "arm,ffa";
    static final String REGIONS = "cloister,protected-ranges";

    private static final List<UseCase> STANDARD =
            List.of(UseCase.SECURE_VIDEO, UseCase.TRUSTED_UI, UseCase.SECURE_VIDEO_RECORD);

    Binding {
        useCases = List.copyOf(useCases);
    }

    /**
     * Reads a tree; one without OP-TEE is fine.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when a property does not have its shape
     */
    static Binding read(DeviceTree tree) {
        try {
            Optional<Node> node = tree.find("/firmware").stream().flatMap(Node::children)
                    .filter(Node::isEnabled)
                    .filter(child -> child.compatible().contains(SMC) || child.compatible().contains(FFA))
                    .findFirst();
            return node.map(found -> read(tree, found)).orElseGet(() -> absent(tree));
        } catch (MalformedDeviceTree e) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "look for OP-TEE", "the device tree", e.getMessage(),
                    "correct the device tree", e);
        }
    }

    /** What holds of a tree that tells nothing. */
    static Binding absent(DeviceTree tree) {
        return new Binding(false, OptionalInt.empty(), processors(tree), OptionalInt.empty(), standard(),
                UseCase.SECURE_VIDEO);
    }

    private static Binding read(DeviceTree tree, Node node) {
        List<UseCaseBinding> told = node.children()
                .filter(child -> child.has(HeapProperties.USE_CASE_ID))
                .map(UseCaseBinding::read)
                .toList();
        List<UseCaseBinding> all = new ArrayList<>(told);
        standard().stream()
                .filter(standard -> told.stream().noneMatch(one -> one.useCase().equals(standard.useCase())))
                .forEach(all::add);
        return new Binding(node.compatible().contains(SMC), line(node), processors(tree), regions(node), all,
                told.stream().map(UseCaseBinding::useCase).findFirst().orElse(UseCase.SECURE_VIDEO));
    }

    private static List<UseCaseBinding> standard() {
        return STANDARD.stream().map(UseCaseBinding::untold).toList();
    }

    /** The number of the line: alone, or behind the kind of interrupt as the GIC's binding has it. */
    private static OptionalInt line(Node node) {
        Optional<Property> interrupts = node.property("interrupts");
        return interrupts.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) line(interrupts.get()));
    }

    private static long line(Property interrupts) {
        return interrupts.cellCount() < 2 ? interrupts.u32() : interrupts.cell(1);
    }

    private static int processors(DeviceTree tree) {
        long count = tree.find("/cpus").stream().flatMap(Node::children)
                .filter(node -> node.baseName().equals("cpu")).count();
        return Math.clamp(count, 1, Short.MAX_VALUE);
    }

    private static OptionalInt regions(Node node) {
        Optional<Property> told = node.property(REGIONS);
        return told.isEmpty() ? OptionalInt.empty()
                : OptionalInt.of((int) Math.min(told.get().u32(), Integer.MAX_VALUE));
    }
}
