"""By what the list of a person's morning is ordered."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from suite.core.migrating import AllAtOnce


class Migration(AllAtOnce):

    dependencies = [
        ('core', '0012_country_of_companies'),
        ('crm_sales', '0020_notes_of_a_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MorningOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(choices=[('worth', 'Expected margin'), ('due', 'Due date')], default='worth', max_length=5, verbose_name='ordered by')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.company', verbose_name='company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'order of the morning list',
                'verbose_name_plural': 'orders of morning lists',
                'constraints': [models.UniqueConstraint(fields=('company', 'user'), name='crm_morning_order_once'), models.CheckConstraint(condition=models.Q(('by__in', ['worth', 'due'])), name='crm_morning_order_known')],
            },
        ),
    ]
