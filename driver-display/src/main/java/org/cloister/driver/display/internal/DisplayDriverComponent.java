// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.time.Duration;
import java.util.List;
import org.cloister.driver.display.DisplayDriver;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.display.OutputEvent;
import org.cloister.driver.display.OutputListener;
import org.cloister.driver.display.Readiness;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.cloister.platform.device.DisplayController;
import org.cloister.platform.driver.Patience;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drives a display controller. It needs the device and core, and waits for no heap. */
@Component(service = DisplayDriver.class, configurationPid = DisplayConfiguration.PID)
@Designate(ocd = DisplayConfiguration.class)
public final class DisplayDriverComponent implements DisplayDriver {
    private static final Logger LOG = LoggerFactory.getLogger(DisplayDriverComponent.class);

    private final Heaps heaps;
    private final String heap;
    private final List<Output> outputs;

    /** Who wants to hear of outputs; none to begin with where there is no framework. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    private volatile List<OutputListener> listeners = List.of();

    /** Starts to drive a device. */
    @Activate
    public DisplayDriverComponent(@Reference DisplayController device, @Reference Heaps heaps,
            @Reference Importers importers, DisplayConfiguration configuration) {
        this(device, heaps, importers, configuration.heap(),
                Patience.of(Duration.ofMillis(configuration.map_limit_ms())), List.of());
    }

    /** Starts to drive a device where there is no framework. */
    public DisplayDriverComponent(DisplayController device, Heaps heaps, Importers importers, String heap,
            Patience patience, List<OutputListener> listeners) {
        this.heaps = heaps;
        this.heap = heap;
        this.listeners = listeners;
        outputs = device.pipes().stream()
                .map(pipe -> new Output(pipe, device.limits(), importers, patience, this::tell)).toList();
    }

    private void tell(OutputEvent event) {
        LOG.info("{}", event);
        for (OutputListener listener : listeners) {
            try {
                listener.on(event);
            } catch (RuntimeException e) {
                LOG.warn("a listener failed on {}", event, e);
            }
        }
    }

    @Override
    public List<DisplayOutput> outputs() {
        return List.copyOf(outputs);
    }

    @Override
    public Readiness readiness() {
        boolean ready = heaps.find(heap).filter(found -> found.state() == HeapState.AVAILABLE).isPresent();
        return new Readiness(heap, ready, ready ? "ready" : "waiting for " + heaps.explain(heap));
    }

    /** Drops the flips that wait. */
    @Deactivate
    public void close() {
        outputs.forEach(Output::close);
    }
}
