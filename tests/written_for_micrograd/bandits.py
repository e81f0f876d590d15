"""A target network that is copied, a policy that is sampled: reinforcement learning's use of the engine."""

import copy
import random
from micrograd.engine import Value
from micrograd.nn import MLP

random.seed(6)
online = MLP(3, [4, 2])
target = copy.deepcopy(online)
print(all(a is not b and a.data == b.data for a, b in zip(online.parameters(), target.parameters())))
for episode in range(6):
    state = [random.uniform(-1, 1) for _ in range(3)]
    q = online(state)
    action = max(range(2), key=lambda k: q[k].data) if random.random() > 0.2 else random.randrange(2)
    reward = state[action]
    after = [s * 0.9 for s in state]
    wanted = reward + 0.9 * max(v.data for v in target(after))
    loss = (q[action] - wanted) ** 2
    online.zero_grad()
    loss.backward()
    for p in online.parameters():
        p.data -= 0.05 * p.grad
    if episode % 3 == 2:
        for p, t in zip(online.parameters(), target.parameters()):
            t.data = 0.5 * t.data + 0.5 * p.data
    print(episode, action, "%.9f" % loss.data)
print("%.9f" % sum(t.data for t in target.parameters()))
