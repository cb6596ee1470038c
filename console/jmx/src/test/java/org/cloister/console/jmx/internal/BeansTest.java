// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.console.jmx.internal.FakeMachine.VIDEO;
import static org.cloister.console.jmx.internal.FakeMachine.buffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Beans as a console finds them in a server. */
class BeansTest {
    private static final ObjectName HEAP = Beans.heap(VIDEO);
    private static final String[] TEXT = {String.class.getName()};

    private final MBeanServer server = MBeanServerFactory.newMBeanServer();
    private final int others = server.getMBeanCount();
    private final FakeMachine machine = new FakeMachine();
    private final Map<String, Long> generations = new ConcurrentHashMap<>();
    private final AtomicLong nanos = new AtomicLong();
    private final Beans beans = new Beans(server);

    @BeforeEach
    void register() {
        Explainer explainer = new Explainer(machine.heaps);
        beans.add(Beans.core(), new CoreBean(machine.heaps, machine.admin, explainer), CoreMXBean.class);
        beans.add(HEAP, new HeapBean(machine.heap, generations::get, explainer, 100, nanos::get), HeapMXBean.class);
    }

    @AfterEach
    void close() {
        beans.close();
        assertThat(server.getMBeanCount()).isEqualTo(others);
    }

    private Object heap(String attribute) throws Exception {
        return server.getAttribute(HEAP, attribute);
    }

    private Object core(String attribute) throws Exception {
        return server.getAttribute(Beans.core(), attribute);
    }

    @Test
    void namesAreThoseOfTheManual() {
        assertThat(HEAP.getDomain()).isEqualTo("org.cloister");
        assertThat(HEAP.getKeyPropertyList()).containsOnly(Map.entry("type", "Heap"),
                Map.entry("name", "\"protected,secure-video\""));
        assertThat(Beans.core()).hasToString("org.cloister:type=Core");
        String wild = "a\"b*c?d\\e\nf=g:h";
        assertThat(Beans.heap(wild).isPattern()).isFalse();
        assertThat(ObjectName.unquote(Beans.heap(wild).getKeyProperty("name"))).isEqualTo(wild);
    }

    @Test
    void aHeapTellsWhatItsBackendTells() throws Exception {
        assertThat(server.getAttributes(HEAP, new String[] {"Name", "State", "Backend", "CapacityBytes", "UsedBytes",
            "FreeBytes", "LargestFreeBytes", "QuarantinedBytes", "Buffers", "DrainingBuffers", "RegionsUsed",
            "RegionsLeft"}).asList()).extracting(Attribute::getValue)
                .containsExactly(VIDEO, "AVAILABLE", "optee", 8192L, 4097L, 4095L, 2048L, 512L, 3L, 1L, 2, 6);
        assertThat(machine.readings).hasValue(1);
    }

    @Test
    void whatNobodyTellsIsNull() throws Exception {
        machine.usage = new HeapUsage(OptionalLong.empty(), OptionalLong.of(1), OptionalLong.empty(), 0, 0, 0,
                OptionalInt.empty(), OptionalInt.empty());
        assertThat(heap("CapacityBytes")).isNull();
        assertThat(heap("UsedBytes")).isNull();
        assertThat(heap("RegionsUsed")).isNull();
        assertThat(heap("Generation")).isNull();
        assertThat(heap("FreeBytes")).isEqualTo(1L);
        assertThat(heap("Buffers")).isEqualTo(0L);
    }

    @Test
    void aBackendThatFailsToTellIsNoError() throws Exception {
        machine.silent = true;
        assertThat(heap("Buffers")).isNull();
        assertThat(heap("QuarantinedBytes")).isNull();
        assertThat(heap("State")).isEqualTo("AVAILABLE");
        assertThat(core("QuarantinedBytes")).isEqualTo(0L);
    }

    @Test
    void aReadingIsUsedUntilItIsOld() throws Exception {
        heap("FreeBytes");
        machine.state = HeapState.DRAINING;
        nanos.set(100);
        assertThat(heap("State")).isEqualTo("AVAILABLE");
        nanos.set(101);
        assertThat(heap("State")).isEqualTo("DRAINING");
        assertThat(heap("Backend")).isEqualTo("");
        assertThat(machine.readings).hasValue(2);
    }

    @Test
    void theGenerationIsTheOneLastHeardOf() throws Exception {
        generations.put("another", 9L);
        assertThat(heap("Generation")).isNull();
        generations.put(VIDEO, 2L);
        assertThat(heap("Generation")).isEqualTo(2L);
    }

    @Test
    void allHeapsAreAddedUp() throws Exception {
        machine.buffers.addAll(List.of(buffer(1, 4096), buffer(2, 1)));
        assertThat(new Object[] {core("Heaps"), core("AvailableHeaps"), core("Buffers"), core("BufferBytes"),
            core("QuarantinedBytes")}).containsExactly(1, 1, 2L, 4097L, 512L);
        machine.state = HeapState.UNAVAILABLE;
        assertThat(core("AvailableHeaps")).isEqualTo(0);
    }

    @Test
    void reasonsAreTold() throws Exception {
        assertThat((String[]) server.invoke(HEAP, "explain", null, null)).containsExactly("no backend offers " + VIDEO);
        assertThat((String[]) server.invoke(Beans.core(), "explain", new Object[] {"x"}, TEXT))
                .containsExactly("no backend offers x");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  "})
    void aReasonForNothingIsRefused(String name) {
        assertThatThrownBy(() -> server.invoke(Beans.core(), "explain", new Object[] {name}, TEXT))
                .isInstanceOf(RuntimeMBeanException.class).hasCauseInstanceOf(IllegalArgumentException.class)
                .rootCause().hasMessageContaining("give a name");
    }

    @Test
    void nothingCanBeChanged() throws Exception {
        for (ObjectName name : List.of(HEAP, Beans.core())) {
            MBeanInfo info = server.getMBeanInfo(name);
            assertThat(info.getAttributes()).isNotEmpty().noneMatch(MBeanAttributeInfo::isWritable);
            assertThat(info.getOperations()).isNotEmpty()
                    .allMatch(operation -> operation.getImpact() == MBeanOperationInfo.INFO);
            for (MBeanAttributeInfo attribute : info.getAttributes()) {
                assertThatThrownBy(() -> server.setAttribute(name, new Attribute(attribute.getName(), null)))
                        .isInstanceOf(AttributeNotFoundException.class);
            }
        }
    }

    @Test
    void aBeanOfSomebodyElseStays() throws Exception {
        try (Beans second = new Beans(server)) {
            second.add(HEAP, new HeapBean(machine.heap, name -> 7L, new Explainer(machine.heaps), 0, nanos::get),
                    HeapMXBean.class);
            assertThat(heap("Generation")).isNull();
            second.remove(HEAP);
            assertThat(server.isRegistered(HEAP)).isTrue();
        }
        assertThat(server.isRegistered(HEAP)).isTrue();
    }

    @Test
    void whatSomebodyElseTookOutIsNoTrouble() throws Exception {
        server.unregisterMBean(HEAP);
        beans.remove(HEAP);
        beans.remove(HEAP);
        assertThat(server.isRegistered(Beans.core())).isTrue();
    }

    @Test
    void afterTheEndNothingIsRegistered() {
        beans.close();
        beans.add(HEAP, new HeapBean(machine.heap, generations::get, new Explainer(machine.heaps), 0, nanos::get),
                HeapMXBean.class);
        assertThat(server.getMBeanCount()).isEqualTo(others);
        beans.close();
    }

    /** Both ways, with types and descriptions. */
    @Test
    void whatIsToldIsWhatIsDocumented() throws Exception {
        var told = new ArrayList<String>();
        for (ObjectName name : List.of(HEAP, Beans.core())) {
            String bean = name.getKeyProperty("type");
            MBeanInfo info = server.getMBeanInfo(name);
            for (MBeanAttributeInfo one : info.getAttributes()) {
                assertThat(one.getDescriptor().getFieldValue("openType")).as("a type that consoles know").isNotNull();
                told.add(row(bean, one.getName(), one.getType(), one.getDescription()));
            }
            for (MBeanOperationInfo one : info.getOperations()) {
                told.add(row(bean, one.getName() + Arrays.stream(one.getSignature())
                        .map(given -> simple(given.getType())).collect(Collectors.joining(", ", "(", ")")),
                        one.getReturnType(), one.getDescription()));
            }
        }
        assertThat(documented()).containsExactlyInAnyOrderElementsOf(told);
    }

    private static List<String> documented() throws IOException {
        return Pattern.compile("(?m)^\\| (Heap|Core) \\| `.*$").matcher(
                Files.readString(Path.of("../../docs/observing.md"))).results().map(row -> row.group()).toList();
    }

    private static String row(String bean, String name, String type, String description) {
        return "| %s | `%s` | %s | %s |".formatted(bean, name, simple(type), description);
    }

    private static String simple(String type) {
        return type.equals("[Ljava.lang.String;") ? "String[]" : type.substring(type.lastIndexOf('.') + 1);
    }
}
