// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;

/**
 * What is known of a heap by its name, which is all that the kernel tells (Linux: {@code dma-buf-heaps.rst}): the words
 * {@code protected} and {@code contiguous} in a name are defined, and so are a few names. Of other heaps nothing is
 * promised.
 *
 * @param useCase what the memory is for; a use case of its own for a restricted heap with a vendor's name
 * @param attributes what the memory is like
 * @param systemMemory whether buffers come from the memory that everything else on the machine uses
 */
record HeapTraits(UseCase useCase, HeapAttributes attributes, boolean systemMemory) {
    private static final Set<String> SYSTEM = Set.of("system", "system_cc_shared", "system-uncached");
    /** Names that the default contiguous area had in the course of time. */
    private static final Set<String> CONTIGUOUS =
            Set.of("default_cma_region", "reserved", "linux,cma", "default-pool");
    private static final List<UseCase> MAINLINE =
            List.of(UseCase.SECURE_VIDEO, UseCase.TRUSTED_UI, UseCase.SECURE_VIDEO_RECORD);

    /**
     * Tells what is known of a heap.
     *
     * @param name the heap's name
     * @param pageSize of this machine, in bytes
     * @param restricted patterns of names that are restricted besides
     */
    static HeapTraits of(String name, long pageSize, List<String> restricted) {
        Set<String> words = Arrays.stream(name.toLowerCase(Locale.ROOT).split("[^a-z0-9]+"))
                .collect(Collectors.toSet());
        Optional<UseCase> mainline = MAINLINE.stream().filter(known -> known.heapName().equals(name)).findFirst();
        boolean area = CONTIGUOUS.contains(name);
        var attributes = HeapAttributes.builder().granularity(pageSize)
                .contiguous(area || words.contains("contiguous") || mainline.isPresent());
        if (words.contains("protected") || restricted.stream().anyMatch(pattern -> matches(pattern, name))) {
            return new HeapTraits(mainline.orElseGet(() -> vendor(name)), attributes
                    .enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE).zeroing(Zeroing.NOBODY).build(), false);
        }
        boolean system = SYSTEM.contains(name);
        return new HeapTraits(UseCase.NONE, attributes.cpuAccess(Access.READ_WRITE)
                .zeroing(area || system ? Zeroing.CPU : Zeroing.NOBODY).build(), system);
    }

    private static boolean matches(String pattern, String name) {
        String regex = Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return name.matches(regex);
    }

    /** The use case of a vendor's heap: named after the heap, numbered by its name, so that it is the same every time. */
    private static UseCase vendor(String name) {
        String words = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "")
                .replaceFirst("^protected-", "");
        String ownName = words.matches("[a-z].*") ? words : "heap-" + words;
        int id = UseCase.FIRST_VENDOR_ID + Math.floorMod(name.hashCode(), Integer.MAX_VALUE - UseCase.FIRST_VENDOR_ID);
        return new UseCase(id, UseCase.standard(ownName).isPresent() ? "vendor-" + ownName : ownName);
    }
}
