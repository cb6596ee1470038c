// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.cloister.backend.linux.tee.internal.FakeTee;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** A machine with an OP-TEE, an AMD-TEE, a trusted OS that nobody knows, and one that this user may not open. */
class TeeDevicesTest {
    private static final UUID APPLICATION = UUID.fromString("01020304-0506-0708-090a-0b0c0d0e0f10");
    private static final int UNKNOWN = 77;

    private final FakeTees kernel = new FakeTees();
    private final Map<String, Integer> implementations = new HashMap<>(); // as services say, by the id they say
    private final Map<String, ServiceFactory<Tee>> services = new HashMap<>(); // by id
    private final FakeTee optee = new FakeTee(TeeVersion.OPTEE, 100);
    private final FakeTee amdtee = new FakeTee(TeeVersion.AMDTEE, 1000);
    private final FakeTee unknown = new FakeTee(UNKNOWN, 2000);
    private final FakeTee closedToUs = new FakeTee(TeeVersion.OPTEE, 3000);
    private TeeDevices tees;

    @TempDir
    private Path devices;

    @BeforeEach
    void look() throws IOException {
        add("tee0", optee);
        add("tee1", amdtee);
        add("tee2", unknown);
        add("tee3", closedToUs);
        Files.createFile(devices.resolve("teepriv0"));
        kernel.refusals.put(path("tee3"), -13);
        tees = new TeeDevices(context(), devices, kernel, Optional::empty);
        tees.refresh();
    }

    @AfterEach
    void nothingIsLeft() {
        tees.close();
        assertThat(services).isEmpty();
        assertThat(kernel.devices.values()).allSatisfy(device -> {
            assertThat(device.open).isEmpty();
            assertThat(device.sessions).hasValue(0);
        });
    }

    private String path(String node) {
        return devices.resolve(node).toString();
    }

    private void add(String node, FakeTee device) throws IOException {
        Files.createFile(devices.resolve(node));
        kernel.devices.put(path(node), device);
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** A framework that knows no more than registering and unregistering. */
    private BundleContext context() {
        return proxy(BundleContext.class, (proxy, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("registerService");
            return register(arguments[1], (Dictionary<?, ?>) arguments[2]);
        });
    }

    @SuppressWarnings("unchecked") // trusted OSes are all that is registered
    private ServiceRegistration<?> register(Object factory, Dictionary<?, ?> properties) {
        String id = (String) properties.get(Tee.ID);
        assertThat(services.put(id, (ServiceFactory<Tee>) factory)).as("a second %s", id).isNull();
        implementations.put(id, (Integer) properties.get(Tee.IMPLEMENTATION));
        return proxy(ServiceRegistration.class, (proxy, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("unregister");
            services.remove(id);
            return null;
        });
    }

    private Tee tee(String id) {
        return services.get(id).getService(null, null);
    }

    private static int sum(TeeSession session, int a, int b) {
        return session.invoke(FakeTee.ADD, new Param.Value(a, b, Direction.INOUT)).value(0).a();
    }

    @Test
    void eachIsAServiceToldApartByImplementationAndDevice() {
        assertThat(implementations).containsExactlyInAnyOrderEntriesOf(Map.of("optee@tee0", TeeVersion.OPTEE,
                "amdtee@tee1", TeeVersion.AMDTEE, "tee-77@tee2", UNKNOWN));
        assertThat(implementations).allSatisfy((id, implementation) -> {
            assertThat(tee(id).id()).isEqualTo(id);
            assertThat(tee(id).version().implementation()).isEqualTo(implementation);
        });
    }

    @Test
    void theOneThatIsRefusedComesOnceItIsPermitted() {
        assertThat(tees.isRefused()).isTrue();
        kernel.refusals.clear();
        tees.refresh();
        assertThat(tees.isRefused()).isFalse();
        assertThat(services).containsOnlyKeys("optee@tee0", "amdtee@tee1", "tee-77@tee2", "optee@tee3");
    }

    @Test
    void oneGoesAndTheOthersStay() throws IOException {
        ServiceFactory<Tee> before = services.get("optee@tee0");
        TeeSession stays = tee("optee@tee0").open(APPLICATION, Login.PUBLIC);
        TeeSession goes = tee("amdtee@tee1").open(APPLICATION, Login.PUBLIC);
        Files.delete(devices.resolve("tee1"));
        tees.refresh();
        assertThat(services).containsOnlyKeys("optee@tee0", "tee-77@tee2").containsEntry("optee@tee0", before);
        assertThat(amdtee.open).isEmpty();
        assertThat(amdtee.sessions).hasValue(0);
        assertThatThrownBy(() -> sum(goes, 1, 2)).isInstanceOfSatisfying(HeapException.class,
                e -> assertThat(e.error()).isEqualTo(HeapError.CLOSED));
        assertThat(sum(stays, 1, 2)).isEqualTo(3);
    }

    @Test
    void sessionsReachTheirOwnDeviceAlthoughTheirNumbersAreEqual() {
        TeeSession first = tee("optee@tee0").open(APPLICATION, Login.PUBLIC);
        TeeSession second = tee("tee-77@tee2").open(APPLICATION, Login.PUBLIC);
        assertThat(sum(first, 40, 2)).isEqualTo(42);
        assertThat(optee.calls).hasValue(1);
        assertThat(unknown.calls).hasValue(0);
        first.close();
        assertThat(optee.sessions).hasValue(0);
        assertThat(unknown.sessions).hasValue(1);
        assertThat(sum(second, 4, 3)).isEqualTo(7);
        assertThat(unknown.calls).hasValue(1);
        assertThat(amdtee.calls).hasValue(0);
    }

    @Test
    void memoryOfOneIsRefusedByTheOther() {
        SharedMemory memory = tee("optee@tee0").allocate(16, Direction.INOUT);
        TeeSession session = tee("amdtee@tee1").open(APPLICATION, Login.PUBLIC);
        assertThatThrownBy(() -> session.invoke(FakeTee.ADD, Param.Memory.all(memory)))
                .isInstanceOfSatisfying(HeapException.class, e -> {
                    assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT);
                    assertThat(e.why()).contains("amdtee@tee1");
                });
        assertThat(amdtee.calls).hasValue(0);
    }
}
