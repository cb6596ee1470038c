// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.osgi.util.promise.Promise;

/** Descriptions of components, and what each lacks. */
final class FakeComponents implements ServiceComponentRuntime {
    private final List<ComponentConfigurationDTO> components = new ArrayList<>();

    /** Adds a component that provides the command, and whose reference of type {@code lacking} is not satisfied. */
    void addUnsatisfied(String command, String lacking, String target) {
        ReferenceDTO reference = new ReferenceDTO();
        reference.name = "parameter0";
        reference.interfaceName = lacking;
        UnsatisfiedReferenceDTO unsatisfied = new UnsatisfiedReferenceDTO();
        unsatisfied.name = reference.name;
        unsatisfied.target = target;
        ComponentConfigurationDTO component = new ComponentConfigurationDTO();
        component.description = new ComponentDescriptionDTO();
        component.description.properties = Map.of(ServiceCommands.NAME, command);
        component.description.references = new ReferenceDTO[] {reference};
        component.unsatisfiedReferences = new UnsatisfiedReferenceDTO[] {unsatisfied};
        components.add(component);
    }

    @Override
    public Collection<ComponentDescriptionDTO> getComponentDescriptionDTOs(Bundle... bundles) {
        return components.stream().map(component -> component.description).toList();
    }

    @Override
    public Collection<ComponentConfigurationDTO> getComponentConfigurationDTOs(ComponentDescriptionDTO description) {
        return components.stream().filter(component -> component.description == description).toList();
    }

    @Override
    public ComponentDescriptionDTO getComponentDescriptionDTO(Bundle bundle, String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isComponentEnabled(ComponentDescriptionDTO description) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<Void> enableComponent(ComponentDescriptionDTO description) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Promise<Void> disableComponent(ComponentDescriptionDTO description) {
        throw new UnsupportedOperationException();
    }
}
