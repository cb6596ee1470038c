// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Commands that bundles contribute as services (see the package). It knows of commands whose component still lacks
 * something, too: those are waited for, and then the lack is told.
 *
 * <p>Safe for use by any thread.
 */
@Component(service = ServiceCommands.class)
public final class ServiceCommands implements CommandSource {
    static final String NAME = "cloister.command";
    static final String BOARD = "cloister.command.board";
    static final String NEEDS = "cloister.command.needs";

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BundleContext context;
    private final ServiceComponentRuntime components;
    private final Duration patience;

    /** Called by Declarative Services. */
    @Activate
    public ServiceCommands(BundleContext context, @Reference ServiceComponentRuntime components) {
        this(context, components, PATIENCE);
    }

    ServiceCommands(BundleContext context, ServiceComponentRuntime components, Duration patience) {
        this.context = context;
        this.components = components;
        this.patience = patience;
    }

    @Override
    public SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>();
        references("(" + NAME + "=*)").forEach(command -> names.add(String.valueOf(command.getProperty(NAME))));
        descriptions().forEach(command -> names.add(String.valueOf(command.properties.get(NAME))));
        return names;
    }

    @Override
    public Contribution create(String name) {
        ServiceReference<?> reference = registered(name)
                .or(() -> {
                    new ServiceWait(context).await(filter(name), patience);
                    return registered(name);
                })
                .orElseThrow(() -> new CommandFailure(ExitStatus.DOES_NOT_HOLD, lack(name)));
        ServiceObjects<?> objects = context.getServiceObjects(reference);
        Object command = objects.getService();
        if (command == null) {
            throw new CommandFailure(ExitStatus.DOES_NOT_HOLD, lack(name));
        }
        return new Contribution(command, Optional.ofNullable((String) reference.getProperty(BOARD)),
                strings(reference.getProperty(NEEDS)), () -> unget(objects, command));
    }

    @SuppressWarnings("unchecked")
    private static void unget(ServiceObjects<?> objects, Object service) {
        ((ServiceObjects<Object>) objects).ungetService(service);
    }

    private static List<String> strings(Object property) {
        return switch (property) {
            case null -> List.of();
            case String one -> List.of(one);
            case String[] several -> List.of(several);
            default -> throw new IllegalArgumentException(NEEDS + " is no string: " + property);
        };
    }

    private Optional<ServiceReference<?>> registered(String name) {
        return references(filter(name)).stream().max(Comparator.naturalOrder());
    }

    private static String filter(String name) {
        return "(&(objectClass=%s)(%s=%s))".formatted(Callable.class.getName(), NAME, name);
    }

    private List<ServiceReference<?>> references(String filter) {
        try {
            ServiceReference<?>[] found = context.getServiceReferences(Callable.class.getName(), filter);
            return found == null ? List.of() : List.of(found);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private List<ComponentDescriptionDTO> descriptions() {
        return components.getComponentDescriptionDTOs().stream()
                .filter(component -> component.properties.get(NAME) instanceof String).toList();
    }

    /** Why the command's component is not there. */
    private String lack(String name) {
        List<String> lacking = new ArrayList<>();
        descriptions().stream().filter(component -> name.equals(component.properties.get(NAME)))
                .map(components::getComponentConfigurationDTOs).flatMap(Collection::stream)
                .forEach(component -> lacking.addAll(lacks(component)));
        return "the command '%s' is not ready: %s; start the bundles that provide it".formatted(name, lacking.isEmpty()
                ? "its component does not start"
                : "it waits for " + lacking.stream().distinct().collect(Collectors.joining(", ")));
    }

    private static List<String> lacks(ComponentConfigurationDTO component) {
        Map<String, String> interfaces = Arrays.stream(component.description.references)
                .collect(Collectors.toMap(reference -> reference.name, reference -> reference.interfaceName));
        return Arrays.stream(component.unsatisfiedReferences)
                .map(reference -> interfaces.getOrDefault(reference.name, reference.name)
                        + (reference.target == null ? "" : " " + reference.target)).toList();
    }
}
