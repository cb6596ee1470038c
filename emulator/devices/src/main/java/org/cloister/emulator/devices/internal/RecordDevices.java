// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.emulator.devices.record.internal.CameraModel;
import org.cloister.emulator.devices.record.internal.VideoEncoderModel;
import org.cloister.emulator.soc.Soc;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.Camera;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.VideoEncoder;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.Node;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Puts a camera on the board for each node that is compatible with {@value #CAMERA}, and a video encoder for each that is
 * compatible with {@value #ENCODER}.
 */
@Component(service = {})
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.device.Camera,"
                + "org.cloister.platform.device.VideoEncoder\"")
public final class RecordDevices {
    /** What a camera's node is called. */
    static final String CAMERA = "cloister,camera";
    /** What an encoder's node is called. */
    static final String ENCODER = "cloister,video-encoder";

    private static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);

    private final List<ServiceRegistration<?>> services = new ArrayList<>();
    private final List<Runnable> devices = new ArrayList<>();

    /** Finds the nodes and registers their devices; FFmpeg is asked for so that it is loaded. */
    @Activate
    public RecordDevices(BundleContext context, @Reference FfmpegLibraries ffmpeg, @Reference Soc soc,
            @Reference DeviceTree tree) {
        Devices.nodes(tree, CAMERA).forEach(node -> {
            Dma dma = new Dma(Devices.memory(soc, node), LIMITS);
            CameraModel camera = new CameraModel(node.path(), dma);
            devices.add(camera::close);
            register(context, Camera.class, camera, soc, node, dma);
        });
        Devices.nodes(tree, ENCODER).forEach(node -> {
            Dma dma = new Dma(Devices.memory(soc, node), LIMITS);
            VideoEncoderModel encoder = new VideoEncoderModel(node.path(), dma);
            devices.add(encoder::close);
            register(context, VideoEncoder.class, encoder, soc, node, dma);
        });
    }

    private <T> void register(BundleContext context, Class<T> type, T device, Soc soc, Node node, Dma dma) {
        services.add(context.registerService(type, device, FrameworkUtil.asDictionary(Map.of(
                Camera.NAME, node.path(), Soc.BOARD, soc.board(),
                PhysicalMemory.INITIATOR, dma.memory().initiator().name()))));
    }

    @Deactivate
    void takeOff() {
        services.forEach(ServiceRegistration::unregister);
        devices.forEach(Runnable::run);
    }
}
